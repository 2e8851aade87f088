package rules

import (
	"github.com/estray/estray/findings"
	"github.com/estray/estray/inventory"
)

// AWS lists the rules on AWS by number. The numbers are those of the catalogue
// in docs; a number that is missing here has no rule yet.
func AWS() []findings.Rule {
	return []findings.Rule{
		functionCreated(), codeReplaced(), layersChanged(), foreignLayer(), roleReplaced(), executionRedirected(),
		longLivedDeployer(), strayDeployer(), consoleDeployer(), shortLivedFunction(), trafficMoved(),
		openPolicy(), foreignPolicy(), unsourcedService(), openURL(), policyReplaced(), layerShared(),
		mappingAdded(),
		adminIdentity(), roleWidened(), trustOpened(), strayCredential(),
		trailStopped(), trailNarrowed(), logsSilenced(), telemetryRemoved(),
	}
}

// awsRule completes a rule on AWS; what judges is added to the result, so that
// every finding carries the rule's own words.
func awsRule(r findings.Rule) findings.Rule {
	r.Provider, r.Attack = inventory.AWS, awsTechniques(r.ID)
	return r
}

// awsTechniques is the one place that names ATT&CK techniques of AWS rules, by
// the release findings.AttackVersion. That release revoked T1562: disabling
// cloud logs is T1685.002 now.
func awsTechniques(rule string) []string {
	return map[string][]string{
		"AWS-01": {"T1648"},
		"AWS-02": {"T1648", "T1546"},
		"AWS-03": {"T1546", "T1574", "T1648"},
		"AWS-04": {"T1195.002", "T1546", "T1648"},
		"AWS-05": {"T1098.003", "T1648"},
		"AWS-06": {"T1546", "T1574.006", "T1648"},
		"AWS-08": {"T1078.004", "T1648"},
		"AWS-09": {"T1078.004", "T1648"},
		"AWS-10": {"T1648"},
		"AWS-13": {"T1648", "T1070"},
		"AWS-14": {"T1648", "T1546"},
		"AWS-17": {"T1098", "T1546", "T1133"},
		"AWS-18": {"T1098", "T1546"},
		"AWS-19": {"T1098", "T1546"},
		"AWS-20": {"T1133", "T1648", "T1098"},
		"AWS-21": {"T1098", "T1685"},
		"AWS-22": {"T1537", "T1098"},
		"AWS-24": {"T1546"},
		"AWS-28": {"T1098.003", "T1078.004"},
		"AWS-29": {"T1098.003"},
		"AWS-30": {"T1098.001", "T1098.003"},
		"AWS-35": {"T1098.001", "T1136.003"},
		"AWS-36": {"T1685.002"},
		"AWS-37": {"T1685.002"},
		"AWS-38": {"T1685.002", "T1070"},
		"AWS-39": {"T1685.002", "T1685"},
	}[rule]
}
