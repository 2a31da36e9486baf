// annals step: start, finish, record, list, exec.
#include "cli/commands.h"
#include "cli/list.h"
#include "cli/row_json.h"
#include "cli/step_exec.h"
#include "cli/write_command.h"
#include "projections/tables.h"

namespace annals {
namespace {

Command StartStep() {
  return MakeWriteCommand({
      .name = "start",
      .body = "start_step",
      .summary = "Start an attempt at a step and print its id",
      .details = "Prints the attempt's id alone, so that a script can keep it; --json prints the whole receipt.",
      .example = "attempt=$(annals step start --run r1 --ws parser --step static)\n"
                 "annals step finish $attempt --status success",
      .arguments = {{"--run", "RUN", "run_id", "the run"},
                    {"--ws", "WS", "ws_id", "the workstream"},
                    {"--step", "STEP", "step_name", "edit, static, fix, runtime or a name of your own"}},
      .printed = PrintedLine::kAttemptId,
  });
}

Command FinishStep() {
  return MakeWriteCommand({
      .name = "finish",
      .body = "finish_step",
      .summary = "Finish an attempt",
      .details = "An attempt finishes once. The run may have ended meanwhile.",
      .example = "annals step finish 7 --status failure --exit-code 2 --result @report.json",
      .arguments = {{"ATTEMPT", "", "attempt_id", "the id that step start printed"},
                    {"--status", "STATUS", "status", "how it ended: in_progress is no end"},
                    {"--exit-code", "N", "exit_code", "of the command that was run"},
                    {"--result", "JSON", "result", "what the tool reported: text, @FILE, or - for standard input"}},
  });
}

Command RecordStep() {
  return MakeWriteCommand({
      .name = "record",
      .body = "record_step_attempt",
      .summary = "Record an attempt that has ended elsewhere and print its id",
      .details = "One event; with --status in_progress it is only started.",
      .example = "annals step record --run r1 --ws parser --step static --status failure --exit-code 1",
      .arguments = {{"--run", "RUN", "run_id", "the run"},
                    {"--ws", "WS", "ws_id", "the workstream"},
                    {"--step", "STEP", "step_name", "edit, static, fix, runtime or a name of your own"},
                    {"--status", "STATUS", "status", "how it ended"},
                    {"--started-at", "TIME", "started_at", "when it started (default: now)"},
                    {"--completed-at", "TIME", "completed_at", "when it ended (default: now)"},
                    {"--exit-code", "N", "exit_code", "of the command that was run"},
                    {"--result", "JSON", "result", "what the tool reported: text, @FILE, or - for standard input"}},
      .printed = PrintedLine::kAttemptId,
  });
}

}  // namespace

Command StepCommands() {
  Command group;
  group.name = "step";
  group.summary = "Attempts at a step of a workstream";
  group.example = "annals step exec --run r1 --ws parser --step static -- make lint";
  group.commands = {
      StartStep(),
      FinishStep(),
      RecordStep(),
      MakeListCommand({.table = &StepAttemptsTable().table(),
                       .things = "attempts",
                       .summary = "List attempts",
                       .example = "annals step list --run r1 --ws parser --status failure",
                       .time_column = "started_at",
                       .columns = {{"ID", "id"},
                                   {"RUN", "run_id"},
                                   {"WORKSTREAM", "ws_id"},
                                   {"STEP", "step_name"},
                                   {"ATTEMPT", "attempt"},
                                   {"STATUS", "status"},
                                   {"EXIT", "exit_code"},
                                   {"STARTED", "started_at"},
                                   {"TOOK", "", DurationCell}},
                       .filters = {{"--ws", "WS", "ws_id", "only of this workstream"},
                                   {"--step", "STEP", "step_name", "only of this step"}}}),
      ExecStep(),
  };
  return group;
}

}  // namespace annals
