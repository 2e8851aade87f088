package configs

import _ "embed" // the texts below

// The two texts lie beside the code, since embedding cannot reach out of the
// folder; docs holds a copy of the schema, kept equal by a test.
var (
	//go:embed estray.example.yaml
	example string
	//go:embed estray.schema-config.json
	schema string
)

// Example is a configuration with every key and its meaning, for
// "estray config init". It loads without mistake.
func Example() []byte { return []byte(example) }

// Schema is the JSON Schema of the configuration file, for editors.
func Schema() []byte { return []byte(schema) }
