#include "cli/commands.h"

namespace annals {
namespace {

constexpr std::string_view kWork = "What a pipeline does";
constexpr std::string_view kTool = "Annals itself";

constexpr CommandEntry kCommands[] = {
    {"run", "", kWork, "Make runs, move them, look at them", RunCommands},
    {"workstream", "ws", kWork, "The lines of work inside a run", WorkstreamCommands},
    {"step", "", kWork, "Attempts at a step of a workstream", StepCommands},
    {"error", "", kWork, "What went wrong in a step", ErrorCommands},
    {"event", "", kWork, "Free notes in the log", EventCommands},
    {"log", "", kTool, "The events, newest last", LogCommand},
    {"apply", "", kTool, "Execute commands from JSON lines", ApplyCommand},
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
