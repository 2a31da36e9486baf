// The table of commands: the one list that the parser, help, completions and man page read.
#pragma once

#include <string_view>

#include <absl/types/span.h>

#include "cli/command.h"

namespace annals {

// A top-level command or group. Only the one that is asked for is built, so that starting costs the same however many
// there are.
struct CommandEntry {
  std::string_view name;
  std::string_view alias;    // empty: none
  std::string_view section;  // heading in the help
  std::string_view summary;  // of a command: as in what `make` returns
  Command (*make)();
};

absl::Span<const CommandEntry> AllCommands();
// nullptr when there is none of that name or alias.
const CommandEntry* FindCommand(std::string_view name);

// One per file of that name.
Command RunCommands();
Command WorkstreamCommands();
Command StepCommands();
Command ErrorCommands();
Command EventCommands();
Command CompletionCommand();
Command HelpCommand();
Command ManCommand();
Command InitCommand();
Command MigrateCommand();
Command BackupCommand();
Command RestoreCommand();
Command InspectCommand();
Command StatsCommand();
Command DoctorCommand();
Command ConformCommand();
Command WhyCommand();
Command SqlCommand();
Command TaskCommands();
Command WorkerCommands();
Command GateCommands();
Command PatchCommands();
Command BreakerCommands();
Command RequestCommands();
Command CheckpointCommands();
Command EntityCommands();
// annals machine define.
Command DefineMachineCommand();
Command MachineCommands();
Command RejudgeCommand();
Command LogCommand();
Command DiffCommand();
Command ReplayCommand();
Command BisectCommand();
Command KeyCommands();
Command SealCommand();
Command ProveCommand();
Command CheckProofCommand();
Command AuditCommand();
Command ApplyCommand();
Command ImportCommand();
Command RebuildCommand();
Command RedactCommand();
Command ExportCommand();
Command VerifyCommand();
Command BenchCommand();
Command VersionCommand();
Command DocsCommand();

}  // namespace annals
