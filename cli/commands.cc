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
    {"task", "", kWork, "The work of a workstream, piece by piece", TaskCommands},
    {"worker", "", kWork, "Who takes tasks", WorkerCommands},
    {"gate", "", kWork, "Checks that tasks wait for", GateCommands},
    {"patch", "", kWork, "The ledger of changes", PatchCommands},
    {"breaker", "", kWork, "Circuit breakers of tools", BreakerCommands},
    {"request", "", kWork, "What people asked for, with approvals", RequestCommands},
    {"checkpoint", "", kWork, "Where work resumes", CheckpointCommands},
    {"entity", "", kWork, "Entities of the machines you define", EntityCommands},
    {"machine", "", kWork, "The state machines: what may follow what", MachineCommands},
    {"inspect", "", kLook, "Where the database is and how things stand", InspectCommand},
    {"log", "", kLook, "The events, newest last", LogCommand},
    {"diff", "", kLook, "Show what changed in the tables between two points", DiffCommand},
    {"bisect", "", kLook, "Find the event at which something became true", BisectCommand},
    {"replay", "", kLook, "Fold the log up to a point, to look at or into a file", ReplayCommand},
    {"why", "", kLook, "How something came to its state, what holds it up, what may be done", WhyCommand},
    {"rejudge", "", kLook, "What of the history a proposed law would have decided otherwise", RejudgeCommand},
    {"audit", "", kLook, "What exactly happened in a run", AuditCommand},
    {"verify", "", kLook, "Check hashes, order, law and tables of the whole log", VerifyCommand},
    {"doctor", "", kLook, "What is stuck or needs a hand, and what would help", DoctorCommand},
    {"conform", "", kLook, "Judge the log of another program by a machine", ConformCommand},
    {"stats", "", kLook, "Counts, times and sizes", StatsCommand},
    {"sql", "", kLook, "Ask in SQL; it only reads", SqlCommand},
    {"key", "", kProof, "Keys that seal a log", KeyCommands},
    {"seal", "", kProof, "Sign the state of the log, to be kept elsewhere", SealCommand},
    {"prove", "", kProof, "Prove an event, or that the log only grew", ProveCommand},
    {"check-proof", "", kProof, "Check a proof, without a database", CheckProofCommand},
    {"init", "", kTool, "Make the database, or bring it up to date", InitCommand},
    {"migrate", "", kTool, "Bring an older database up to date", MigrateCommand},
    {"backup", "", kTool, "Copy the database to a file, while others write", BackupCommand},
    {"restore", "", kTool, "Put a backup in the database's place", RestoreCommand},
    {"apply", "", kTool, "Execute commands from JSON lines", ApplyCommand},
    {"import", "", kTool, "Take in a history from elsewhere", ImportCommand},
    {"export", "", kTool, "Write the log, a table or a run for other programs", ExportCommand},
    {"rebuild", "", kTool, "Make the tables anew from the log", RebuildCommand},
    {"redact", "", kTool, "Remove the content of an event for good", RedactCommand},
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
