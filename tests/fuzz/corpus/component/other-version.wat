(component (instance $i) (export "mlhost:plugin/policies@9.0.0" (instance $i)))
