(component
  (import "wasi:cli/environment@0.2.0" (instance (export "get" (func (result string)))))
  (import "x" (type (sub resource)))
  (instance $i) (export "mlhost:plugin/exporter@0.1.0" (instance $i)))
