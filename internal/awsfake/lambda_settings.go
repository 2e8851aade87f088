package awsfake

import "time"

// shown says how settings are to be answered.
type shown struct {
	version, arn string
	full         bool // with what ListFunctions leaves out
}

// configuration writes a FunctionConfiguration. It is the most frequent part of
// all answers, so it is written by hand.
func (c *call) configuration(w *jsonWriter, f *Function, s *Settings, as shown) {
	kind := or(s.PackageType, "Zip")
	w.open('{').str("FunctionName", f.Name).str("FunctionArn", as.arn)
	if kind == "Zip" {
		w.str("Runtime", or(s.Runtime, "python3.13")).str("Handler", or(s.Handler, "app.handler"))
	}
	w.str("Role", s.Role).num("CodeSize", s.CodeSize).str("Description", s.Description)
	w.num("Timeout", int64(max(s.Timeout, 3))).num("MemorySize", int64(max(s.MemorySize, 128)))
	w.str("LastModified", lambdaTime(s.LastModified)).str("CodeSha256", s.CodeSHA256).str("Version", as.version)
	w.str("ConfigSha256", s.ConfigSHA256).str("RevisionId", s.RevisionID).str("PackageType", kind)
	w.key("TracingConfig").open('{').str("Mode", or(s.Tracing, "PassThrough")).close('}')
	environment(w, s)
	architectures := s.Architectures
	if len(architectures) == 0 {
		w.key("Architectures").open('[').value("x86_64").close(']')
	}
	w.list("Architectures", architectures)
	w.key("EphemeralStorage").open('{').num("Size", 512).close('}')
	w.key("SnapStart").open('{').str("ApplyOn", or(s.SnapStart, "None")).str("OptimizationStatus", "Off").close('}')
	w.key("LoggingConfig").open('{').str("LogFormat", or(s.LogFormat, "Text"))
	w.str("LogGroup", or(s.LogGroup, "/aws/lambda/"+f.Name)).close('}')
	rareSettings(w, s)
	if as.full {
		w.str("State", or(s.State, "Active")).str("LastUpdateStatus", "Successful")
		if kind == "Zip" {
			w.key("RuntimeVersionConfig").open('{')
			w.str("RuntimeVersionArn", "arn:"+c.world.partition()+":lambda:"+c.Region+"::runtime:0123").close('}')
		}
	}
	w.close('}')
}

// environment writes the variables with their values, as the vendor does.
func environment(w *jsonWriter, s *Settings) {
	switch {
	case s.EnvironmentError != "":
		w.key("Environment").open('{').key("Error").open('{').str("ErrorCode", s.EnvironmentError)
		w.str("Message", "Lambda was unable to decrypt the environment variables").close('}').close('}')
	case len(s.Environment) > 0:
		w.key("Environment").open('{').dict("Variables", s.Environment).close('}')
	}
}

// rareSettings writes what most functions do not have.
func rareSettings(w *jsonWriter, s *Settings) {
	w.str("MasterArn", s.MasterARN).str("KMSKeyArn", s.KMSKey).str("SigningProfileVersionArn", s.SigningProfile)
	if len(s.Layers) > 0 {
		w.key("Layers").open('[')
		for _, arn := range s.Layers {
			w.open('{').str("Arn", arn).num("CodeSize", 1024).close('}')
		}
		w.close(']')
	}
	if s.VPC != nil {
		w.any("VpcConfig", s.VPC)
	}
	if s.DeadLetter != "" {
		w.key("DeadLetterConfig").open('{').str("TargetArn", s.DeadLetter).close('}')
	}
	if s.Tenancy != "" {
		w.key("TenancyConfig").open('{').str("TenantIsolationMode", s.Tenancy).close('}')
	}
	if s.Durable != nil {
		w.any("DurableConfig", s.Durable)
	}
	if s.CapacityProvider != "" {
		w.key("CapacityProviderConfig").open('{').key("LambdaManagedInstancesCapacityProviderConfig").open('{')
		w.str("CapacityProviderArn", s.CapacityProvider).close('}').close('}')
	}
	if len(s.FileSystems) > 0 {
		w.any("FileSystemConfigs", s.FileSystems)
	}
}

// lambdaTime is the form of LastModified, which is no RFC 3339.
func lambdaTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000-0700") }
