// annals gate: checks that tasks and other gates wait for.
#include "cli/commands.h"
#include "cli/entity_group.h"
#include "projections/entity_tables.h"

namespace annals {

Command GateCommands() {
  const std::vector<FieldArgument> result = {
      {"--exit-code", "N", "exit_code", "of the command that was run"},
      {"--result", "JSON", "result", "what it reported, such as the tail of its output: text, @FILE, or -"}};
  const std::vector<FieldArgument> defined = {
      {"--ws", "WS", "ws_id", "the workstream it looks at, if it is one"},
      {"--type", "TYPE", "type", "what it does: unit, lint, integration or security (default: unit)"},
      {"--depends-on", "G,H", "depends_on", "gates that must pass before it is run"},
      {"--timeout-sec", "N", "timeout_sec", "how long it may run (default: 1800)"},
      {"--metadata", "JSON", "metadata", "an object of your own: text, @FILE, or - for standard input"}};
  return MakeEntityGroup({
      .name = "gate",
      .summary = "Checks that tasks wait for",
      .place = "GATE",
      .id_field = "gate_id",
      .meaning = "its name within the run",
      .is_in_run = true,
      .transition = "transition_test_gate",
      .machine = TestGateMachine,
      .transition_example = "annals gate transition unit running --run r1",
      .transition_arguments = result,
      .creates = {{.name = "define",
                   .body = "create_test_gate",
                   .summary = "Define a gate of a run",
                   .example = "annals gate define lint --run r1 --type lint\n"
                              "annals gate define unit --run r1 --depends-on lint",
                   .arguments = defined},
                  {.name = "create",
                   .body = "create_test_gate",
                   .summary = "The same as define",
                   .example = "annals gate create unit --run r1",
                   .arguments = defined}},
      .list = {.table = &TestGatesTable().table(),
               .things = "gates",
               .summary = "List gates",
               .example = "annals gate list --run r1 --status failed",
               .time_column = "created_at",
               .columns = {{"RUN", "run_id"},
                           {"GATE", "gate_id"},
                           {"TYPE", "type"},
                           {"STATUS", "status"},
                           {"EXIT CODE", "exit_code"},
                           {"DEPENDS ON", "depends_on"},
                           {"UPDATED", "updated_at"}},
               .filters = {{"--type", "TYPE", "type", "only of this type"}}},
      .verbs = {{"start", "running", "", "Say that it is being run", "annals gate start unit --run r1"},
                {"pass", "passed", "", "Say that it found nothing", "annals gate pass unit --run r1 --exit-code 0",
                 result},
                {"fail", "failed", "", "Say that it found a fault: tasks it judges fail, those that wait are blocked",
                 "annals gate fail unit --run r1 --exit-code 1 --result '{\"output_tail\":\"1 test failed\"}'", result},
                {"unblock", "pending", "", "Let it wait again", "annals gate unblock unit --run r1"}},
  });
}

}  // namespace annals
