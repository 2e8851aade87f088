package cloudflarefake

// PermissionGroups are some that an account may grant. The ids are made up.
func PermissionGroups() []PermissionGroup {
	const account, zone = "com.cloudflare.api.account", "com.cloudflare.api.account.zone"
	group := func(id, name, scope string) PermissionGroup {
		return PermissionGroup{ID: "00000000000000000000000000000" + id, Name: name, Scopes: []string{scope}}
	}
	return []PermissionGroup{
		group("001", "Workers Scripts Read", account), group("002", "Workers Scripts Write", account),
		group("003", "Workers Routes Read", zone), group("004", "Workers Routes Write", zone),
		group("005", "Zone Read", zone),
		group("006", "Pages Read", account), group("007", "Pages Write", account),
		group("008", "Account Settings Read", account), group("009", "Account Settings Write", account),
		group("010", "Account API Tokens Read", account), group("011", "Account API Tokens Write", account),
		group("012", "Access: Apps and Policies Read", account),
		group("013", "Queues Read", account), group("014", "Queues Write", account),
		group("015", "Email Routing Rules Read", zone),
		group("016", "Logs Read", account), group("017", "Logs Write", account),
		group("018", "Workers Tail Read", account),
		group("019", "Workers KV Storage Read", account), group("020", "D1 Read", account),
	}
}
