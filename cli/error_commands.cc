// annals error: record, list.
#include "cli/commands.h"
#include "cli/list.h"
#include "cli/write_command.h"
#include "projections/tables.h"

namespace annals {

Command ErrorCommands() {
  Command group;
  group.name = "error";
  group.summary = "What went wrong in a step";
  group.example = "annals error list --run r1";
  group.commands = {
      MakeWriteCommand({
          .name = "record",
          .body = "record_error",
          .summary = "Record an error of a step",
          .details = "Errors of one step with the same signature are one row, and counted.",
          .example = "annals error record --run r1 --ws parser --step static \\\n"
                     "  --code E501 --signature 'E501 lexer.py' --message 'line too long (121 > 120)'",
          .arguments = {{"--run", "RUN", "run_id", "the run"},
                        {"--ws", "WS", "ws_id", "the workstream"},
                        {"--step", "STEP", "step_name", "the step it happened in"},
                        {"--code", "CODE", "error_code", "the tool's own code"},
                        {"--signature", "SIGNATURE", "signature", "what makes two errors the same"},
                        {"--message", "TEXT", "message", "what the tool said"},
                        {"--context", "JSON", "context", "more about it: text, @FILE, or - for standard input"}},
      }),
      MakeListCommand({.table = &ErrorsTable().table(),
                       .things = "errors",
                       .summary = "List errors",
                       .example = "annals error list --run r1 --step static",
                       .time_column = "last_seen_at",
                       .columns = {{"ID", "id"},
                                   {"RUN", "run_id"},
                                   {"WORKSTREAM", "ws_id"},
                                   {"STEP", "step_name"},
                                   {"CODE", "error_code"},
                                   {"COUNT", "count"},
                                   {"LAST SEEN", "last_seen_at"},
                                   {"MESSAGE", "message"}},
                       .filters = {{"--ws", "WS", "ws_id", "only of this workstream"},
                                   {"--step", "STEP", "step_name", "only of this step"},
                                   {"--code", "CODE", "error_code", "only with this code"},
                                   {"--signature", "SIGNATURE", "signature", "only with this signature"}}}),
  };
  return group;
}

}  // namespace annals
