use serde_json::json;

use super::{account, account_body};
use crate::describe::{ORIGIN, SUBSCRIPTION, TENANT};
use crate::guid::is_guid;
use crate::testing::{TestCloud, group, in_group};

const TOKEN: &[(&str, &str)] = &[("Authorization", "Bearer t")];

#[test]
fn the_front_door_checks_version_then_token_then_path() {
    let mut cloud = TestCloud::new();
    let table = [
        ("/subscriptions", TOKEN, 400, "MissingApiVersionParameter"),
        ("/subscriptions?api-version=", TOKEN, 400, "MissingApiVersionParameter"),
        ("/subscriptions?api-version=latest", TOKEN, 400, "InvalidApiVersionParameter"),
        ("/subscriptions?api-version=2022-12-01-", TOKEN, 400, "InvalidApiVersionParameter"),
        ("/subscriptions?api-version=2022-12-01", &[], 401, "AuthenticationFailed"),
        ("/subscriptions/x?api-version=2022-12-01", TOKEN, 400, "InvalidSubscriptionId"),
        (
            "/subscriptions/11111111-1111-1111-1111-111111111111?api-version=2022-12-01",
            TOKEN,
            404,
            "SubscriptionNotFound",
        ),
        ("/nothing/here?api-version=2022-12-01", TOKEN, 400, "InvalidRequestUri"),
        ("/subscriptions/a%2Fb?api-version=2022-12-01", TOKEN, 400, "InvalidRequestUri"),
    ];
    for (path, headers, status, code) in table {
        let reply = cloud.raw("GET", &format!("{ORIGIN}{path}"), headers, None);
        assert_eq!(reply.error(), (status, code), "{path}");
        assert_eq!(reply.header("x-ms-failure-cause"), Some("gateway"));
    }
    let reply = cloud.raw("GET", &format!("{ORIGIN}/subscriptions?api-version=2022-12-01"), &[], None);
    assert!(reply.header("www-authenticate").unwrap().contains(TENANT));
}

#[test]
fn every_answer_carries_arms_headers() {
    let mut cloud = TestCloud::new();
    let url = format!("{ORIGIN}/subscriptions/{SUBSCRIPTION}?api-version=2022-12-01");
    let headers = [
        ("authorization", "Bearer t"),
        ("x-ms-correlation-request-id", "mine"),
        ("x-ms-client-request-id", "client"),
        ("x-ms-return-client-request-id", "true"),
    ];
    let reply = cloud.raw("GET", &url, &headers, None).ok(200);
    assert!(is_guid(reply.header("x-ms-request-id").unwrap()));
    assert!(reply.header("x-ms-routing-request-id").unwrap().starts_with("WESTEUROPE:20261122T233100Z:"));
    for (name, value) in [
        ("x-ms-correlation-request-id", "mine"),
        ("x-ms-client-request-id", "client"),
        ("cache-control", "no-cache"),
        ("pragma", "no-cache"),
        ("expires", "-1"),
        ("strict-transport-security", "max-age=31536000; includeSubDomains"),
        ("x-content-type-options", "nosniff"),
        ("content-type", "application/json; charset=utf-8"),
        ("x-ms-ratelimit-remaining-subscription-reads", "249"),
    ] {
        assert_eq!(reply.header(name), Some(value), "{name}");
    }
    let write = cloud.put(&group("g"), json!({"location": "westeurope"}));
    assert_eq!(write.header("x-ms-ratelimit-remaining-subscription-writes"), Some("199"));
}

#[test]
fn absolute_urls_are_of_the_origin_that_was_asked() {
    let mut cloud = TestCloud::with_group();
    let url = format!("http://127.0.0.1:8123{}?api-version=2026-04-01", account("stone"));
    let body = account_body().to_string();
    let reply = cloud.raw("PUT", &url, TOKEN, Some(body.as_bytes())).ok(202);
    assert!(reply.header("location").unwrap().starts_with("http://127.0.0.1:8123/subscriptions/"));
}

#[test]
fn the_subscription_and_what_it_offers() {
    let mut cloud = TestCloud::new();
    let all = cloud.get("/subscriptions").ok(200);
    assert_eq!(all.text("/value/0/subscriptionId"), SUBSCRIPTION);
    assert_eq!(cloud.get("/tenants").ok(200).text("/value/0/tenantId"), TENANT);
    let one = format!("/subscriptions/{SUBSCRIPTION}");
    assert_eq!(cloud.get(&one).ok(200).text("/state"), "Enabled");
    let locations = cloud.get(&format!("{one}/locations")).ok(200);
    let europe = locations.body["value"].as_array().unwrap().iter().find(|region| region["name"] == "westeurope");
    assert_eq!(europe.unwrap()["metadata"]["pairedRegion"][0]["name"], "northeurope");
    let provider = cloud.get(&format!("{one}/providers/microsoft.storage")).ok(200);
    assert_eq!(provider.text("/namespace"), "Microsoft.Storage");
    assert_eq!(provider.text("/registrationState"), "Registered");
    assert!(cloud.get(&format!("{one}/providers")).ok(200).body["value"].as_array().unwrap().len() > 20);
    cloud.send("POST", &format!("{one}/providers/Microsoft.Storage/register"), None).ok(200);
    let unknown = cloud.get(&format!("{one}/providers/Contoso.Things"));
    assert_eq!(unknown.error(), (404, "InvalidResourceNamespace"));
}

#[test]
fn unknown_namespaces_actions_and_methods_are_refused() {
    let mut cloud = TestCloud::with_group();
    let put = cloud.put(&in_group("Contoso.Things/a/b"), json!({}));
    assert_eq!(put.error(), (404, "InvalidResourceNamespace"));
    cloud.make(&account("stone"), account_body());
    let action = cloud.send("POST", &format!("{}/explode", account("stone")), None);
    assert_eq!(action.error(), (404, "InvalidResourceType"));
    assert!(action.message().contains("'storageAccounts/explode'"), "{}", action.message());
    let method = cloud.send("PUT", &format!("/subscriptions/{SUBSCRIPTION}/locations"), Some(json!({})));
    assert_eq!(method.error(), (405, "HttpMethodNotSupported"));
}

#[test]
fn modelled_types_know_their_api_versions() {
    let mut cloud = TestCloud::with_group();
    let url = format!("{ORIGIN}{}?api-version=2026-01-01", account("stone"));
    let reply = cloud.raw("PUT", &url, TOKEN, Some(account_body().to_string().as_bytes()));
    assert_eq!(reply.error(), (400, "NoRegisteredProviderFound"));
    for part in
        ["location 'westeurope'", "API version '2026-01-01'", "type 'storageAccounts'", "2026-04-01, ", "eastus"]
    {
        assert!(reply.message().contains(part), "{}", reply.message());
    }
    let groups = cloud.raw("GET", &format!("{ORIGIN}{}?api-version=2026-01-01", group("Rg")), TOKEN, None);
    assert_eq!(groups.error(), (400, "InvalidApiVersionParameter"));
    // A type that is not modelled takes any.
    let other = in_group("Microsoft.Network/networkSecurityGroups/n");
    cloud.raw("PUT", &format!("{ORIGIN}{other}?api-version=2031-01-01"), TOKEN, Some(b"{}")).ok(201);
}

#[test]
fn bodies_that_are_no_objects_are_refused() {
    let mut cloud = TestCloud::with_group();
    let url = format!("{ORIGIN}{}?api-version=2026-04-01", account("stone"));
    for body in [None, Some(&b""[..]), Some(b"{"), Some(b"[]"), Some(b"\xff")] {
        let reply = cloud.raw("PUT", &url, TOKEN, body);
        assert_eq!(reply.error(), (400, "InvalidRequestContent"), "{body:?}");
    }
    let huge = vec![b' '; 4 * 1024 * 1024 + 1];
    assert_eq!(cloud.raw("PUT", &url, TOKEN, Some(&huge)).error(), (413, "RequestEntityTooLarge"));
}

#[test]
fn the_description_says_what_a_newcomer_need_not_give() {
    let document = <crate::LocalArm as mlhost_plugin::Cloud>::describe();
    assert_eq!(document["origin"], ORIGIN);
    assert_eq!(
        document["facts"],
        json!({
        "subscription_id": SUBSCRIPTION, "tenant_id": TENANT, "location": "westeurope"})
    );
    assert!(is_guid(SUBSCRIPTION) && is_guid(TENANT));
}
