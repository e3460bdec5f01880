//! Brings the answer of a cloud plugin home as its headers say: later, or not at all. Only a transport can show such
//! faults, so a plugin that plays them asks for it (the plugin SDK, `cloud::transport`).

use std::time::Duration;

use super::message::Response;

/// The connection breaks instead of the answer.
const DROP: &str = "mlhost-drop";
/// The answer comes so many milliseconds later.
const DELAY: &str = "mlhost-delay-ms";
/// An answer does not come later than this.
const LONGEST_DELAY: Duration = Duration::from_secs(3600);

/// The answer as the client gets it; `None` when it is lost on its way.
pub(super) async fn bring_home(mut response: Response) -> Option<Response> {
    let mut delay = Duration::ZERO;
    let mut lost = false;
    response.headers.retain(|(name, value)| {
        if name.eq_ignore_ascii_case(DELAY) {
            delay = value.parse().map_or(Duration::ZERO, Duration::from_millis);
            return false;
        }
        let drops = name.eq_ignore_ascii_case(DROP);
        lost |= drops;
        !drops
    });
    if !delay.is_zero() {
        tokio::time::sleep(delay.min(LONGEST_DELAY)).await;
    }
    (!lost).then_some(response)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn answer(headers: &[(&str, &str)]) -> Response {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Response { status: 200, headers, body: Vec::new() }
    }

    #[tokio::test]
    async fn answers_are_delayed_and_lost_and_nobody_sees_why() {
        let began = Instant::now();
        let home = bring_home(answer(&[("a", "b"), ("MLHOST-delay-ms", "40")])).await.unwrap();
        assert_eq!(home.headers, [("a".to_owned(), "b".to_owned())]);
        assert!(began.elapsed() >= Duration::from_millis(40));
        assert_eq!(bring_home(answer(&[("mlhost-drop", "1")])).await, None);
        let home = bring_home(answer(&[("mlhost-delay-ms", "soon")])).await.unwrap();
        assert!(home.headers.is_empty());
    }
}
