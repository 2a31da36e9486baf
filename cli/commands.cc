#include "cli/commands.h"

namespace annals {
namespace {

constexpr std::string_view kWork = "What a pipeline does";
constexpr std::string_view kLook = "Looking at it as a whole";
constexpr std::string_view kProof = "Proving what is in it";
constexpr std::string_view kTool = "Annals itself";

constexpr CommandEntry kCommands[] = {
    {"run", "", kWork, "Make runs, move them, look at them", RunCommands},
    {"workstream", "ws", kWork, "The lines of work inside a run", WorkstreamCommands},
    {"step", "", kWork, "Attempts at a step of a workstream", StepCommands},
    {"error", "", kWork, "What went wrong in a step", ErrorCommands},
    {"event", "", kWork, "Free notes in the log", EventCommands},
    {"machine", "", kWork, "The state machines: what may follow what", MachineCommands},
    {"inspect", "", kLook, "Where the database is and how things stand", InspectCommand},
    {"log", "", kLook, "The events, newest last", LogCommand},
    {"verify", "", kLook, "Check hashes, order, law and tables of the whole log", VerifyCommand},
    {"stats", "", kLook, "Counts, times and sizes", StatsCommand},
    {"key", "", kProof, "Keys that seal a log", KeyCommands},
    {"seal", "", kProof, "Sign the state of the log, to be kept elsewhere", SealCommand},
    {"prove", "", kProof, "Prove an event, or that the log only grew", ProveCommand},
    {"check-proof", "", kProof, "Check a proof, without a database", CheckProofCommand},
    {"init", "", kTool, "Make the database, or bring it up to date", InitCommand},
    {"migrate", "", kTool, "Bring an older database up to date", MigrateCommand},
    {"apply", "", kTool, "Execute commands from JSON lines", ApplyCommand},
    {"export", "", kTool, "Write the log, a table or a run for other programs", ExportCommand},
    {"import", "", kTool, "Take in events of another log", ImportCommand},
    {"rebuild", "", kTool, "Make the tables anew from the log", RebuildCommand},
    {"bench", "", kTool, "Measure this machine and disk, beside SQLite alone", BenchCommand},
    {"version", "", kTool, "What this is, and what it is made with", VersionCommand},
    {"docs", "", kTool, "", DocsCommand},
    {"help", "", kTool, "Show the help of a command", HelpCommand},
    {"completion", "", kTool, "Print a completion script for a shell", CompletionCommand},
    {"man", "", kTool, "Print the manual page", ManCommand},
};

}  // namespace

absl::Span<const CommandEntry> AllCommands() {
  return kCommands;
}

const CommandEntry* FindCommand(std::string_view name) {
  for (const CommandEntry& entry : kCommands) {
    if (entry.name == name || (!entry.alias.empty() && entry.alias == name)) return &entry;
  }
  return nullptr;
}

}  // namespace annals
