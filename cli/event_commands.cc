// annals event: record.
#include "cli/commands.h"
#include "cli/write_command.h"

namespace annals {

Command EventCommands() {
  Command group;
  group.name = "event";
  group.summary = "Free notes in the log";
  group.example = "annals event record deploy_started --run r1";
  group.commands = {
      MakeWriteCommand({
          .name = "record",
          .body = "record_event",
          .summary = "Record a free note: a type of your own and an object",
          .details = "Without --run it belongs to no run. A run that has ended still takes notes.",
          .example = "annals event record scope_violation --run r1 --ws parser --payload '{\"file\":\"a.py\"}'",
          .arguments = {{"TYPE", "", "event_type", "what kind of note it is"},
                        {"--run", "RUN", "run_id", "the run it is about"},
                        {"--ws", "WS", "ws_id", "the workstream of that run it is about"},
                        {"--payload", "JSON", "payload",
                         "an object of your own: text, @FILE, or - for standard input"}},
      }),
  };
  return group;
}

}  // namespace annals
