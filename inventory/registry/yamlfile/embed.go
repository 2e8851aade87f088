package yamlfile

import _ "embed" // the texts below

// The texts lie beside the code, since embedding cannot reach out of the
// folder; docs holds a copy of the schema, kept equal by a test.
var (
	//go:embed registry.example.yaml
	example string
	//go:embed registry.schema.json
	schema string
)

// Example is a registry with every key and its meaning, for "estray registry
// init". It loads without mistake.
func Example() []byte { return []byte(example) }

// Schema is the JSON Schema of a registry file, for editors.
func Schema() []byte { return []byte(schema) }
