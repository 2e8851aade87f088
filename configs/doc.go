// Package configs reads what the user wants: the configuration file
// (estray.yaml), the ESTRAY_* variables and the flags, merged into one typed
// [Config]. It is the only package that knows viper, and no viper type leaves
// it.
//
// # What comes in
//
// Everything comes in through [Inputs]: folder, environment and flags are
// values, so that a test needs no process of its own. The only thing read
// from outside is the configuration file.
//
// # Precedence
//
// A flag wins over a variable, a variable over the file, the file over the
// default. A list or map is taken whole from the strongest place that names
// it, never mixed. [Config.Values] says for each key which place that was.
//
// # Mistakes
//
// Nothing is passed over: an unknown key, a wrong type, a block that this
// version does not read, an undefined variable, a secret in clear are each a
// [Mistake] with file, line and column. All mistakes of one reading are
// returned together. A value that a stronger place overrides is checked too.
//
// # Secrets
//
// Two keys can hold what others should not see. The password of a PostgreSQL
// URL, in state, is refused when it stands in the file itself. An external id
// is no password, and may stand there. Both are masked in [Config.Values], and
// never part of a message.
package configs
