package yamlfile

// KnownKeys and LaterSelectorKeys let the tests hold the loader's tables
// against the schema.
var (
	KnownKeys         = knownKeys
	LaterSelectorKeys = laterSelectorKeys
)
