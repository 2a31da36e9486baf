// Writing commands as rows of data: which argument fills which field. How a value is read and checked follows from the
// field's type and annotations in schemas/command.capnp, as it does for JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"
#include "commands/answer.h"

namespace annals {

// Where the value of an argument stands.
enum class Input {
  kText,      // in the argument; JSON also in a file, as kFile
  kFile,      // in the argument, in a file (@FILE) or on standard input (-)
  kFileName,  // the argument names the file, or is as with kFile
};

struct FieldArgument {
  std::string_view name;   // "RUN" or "--run"
  std::string_view value;  // what the help calls it; empty for places and flags
  std::string_view field;  // of the command's body, as in JSON: "run_id"; required where the schema says so
  std::string_view meaning;
  std::vector<std::string> one_of = {};
  Input input = Input::kText;
};

// What a command says of itself, where no argument says otherwise.
struct FieldPreset {
  std::string_view field;
  std::string_view text;
};

enum class PrintedLine { kReceipt, kRunId, kAttemptId, kEntity };

struct WriteCommand {
  std::string_view name;  // "create"
  std::string_view body;  // of the schema's union, as in JSON: "create_run"
  std::string_view summary;
  std::string_view details = {};
  std::string_view example;
  std::vector<FieldArgument> arguments;
  std::vector<FieldPreset> presets = {};
  // False: its event holds another text, so that there is no room for a reason.
  bool takes_reason = true;
  // What stands on stdout: commands that make an id print it alone, so that a script can keep it.
  PrintedLine printed = PrintedLine::kReceipt;
  // Called with the answer instead of printing it, where there is more to do.
  absl::StatusOr<int> (*finish)(Context& context, const Answer& answer) = nullptr;
};

// Transitions also take --reason, and those that say which state is wanted --override and --operator. CHECKs that body
// and fields are in the schema.
Command MakeWriteCommand(const WriteCommand& row);

}  // namespace annals
