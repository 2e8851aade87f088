package awsfake

func schedulerOperations() []operation {
	op := func(name, path string, size int, serve func(*call) answer) operation {
		return operation{service: "scheduler", name: name, method: "GET", path: path, size: size, serve: serve}
	}
	return []operation{
		op("ListSchedules", "/schedules", 100, listSchedules),
		op("GetSchedule", "/schedules/{Name}", 0, getSchedule),
		op("ListScheduleGroups", "/schedule-groups", 100, listScheduleGroups),
	}
}

// listSchedules says what a schedule starts, but not when: GetSchedule does.
func listSchedules(c *call) answer {
	var of []*Schedule
	group := c.text("ScheduleGroup")
	for _, s := range c.region().Schedules {
		if group == "" || group == or(s.Group, "default") {
			of = append(of, s)
		}
	}
	return c.list("Schedules", len(of), func(w *jsonWriter, i int) {
		w.open('{')
		c.schedule(w, of[i])
		w.key("Target").open('{').str("Arn", of[i].Target).close('}').close('}')
	}, group)
}

// schedule writes what every answer about a schedule holds.
func (c *call) schedule(w *jsonWriter, s *Schedule) {
	group := or(s.Group, "default")
	w.str("Name", s.Name).str("GroupName", group).str("Arn", c.arn("scheduler", "schedule/"+group+"/"+s.Name))
	w.str("State", or(s.State, "ENABLED")).num("CreationDate", s.Created.Unix())
}

func getSchedule(c *call) answer {
	for _, s := range c.region().Schedules {
		if s.Name != c.text("Name") || or(s.Group, "default") != or(c.text("groupName"), "default") {
			continue
		}
		w := newJSON().open('{')
		c.schedule(w, s)
		w.str("ScheduleExpression", s.Expression).key("Target").open('{')
		w.str("Arn", s.Target).str("RoleArn", s.Role).str("Input", s.Input).close('}')
		w.key("FlexibleTimeWindow").open('{').str("Mode", "OFF").close('}')
		return c.ok(w.close('}').b)
	}
	return c.missing()
}

// listScheduleGroups answers "default" and every group that a schedule is in.
func listScheduleGroups(c *call) answer {
	groups, known := []string{"default"}, map[string]bool{"default": true}
	for _, s := range c.region().Schedules {
		if g := or(s.Group, "default"); !known[g] {
			groups, known[g] = append(groups, g), true
		}
	}
	return c.list("ScheduleGroups", len(groups), func(w *jsonWriter, i int) {
		w.open('{').str("Name", groups[i]).str("Arn", c.arn("scheduler", "schedule-group/"+groups[i])).str("State", "ACTIVE").close('}')
	})
}
