(component
  (import "mlhost:plugin/store@0.1.0" (instance (export "get" (func (param "key" string) (result (option (list u8)))))))
  (import "mlhost:plugin/types@0.1.0" (instance))
  (component $c (type $t (func)) (import "f" (func (type $t))) (export "g" (func 0)))
  (instance $i)
  (export "mlhost:plugin/cloud@0.1.0" (instance $i)))
