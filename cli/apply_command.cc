// annals apply: JSON lines in, one command each.
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/duration.h"
#include "cli/exit_code.h"
#include "cli/input_file.h"
#include "cli/progress.h"
#include "cli/redact_command.h"
#include "cli/report.h"
#include "commands/apply.h"
#include "commands/engine.h"
#include "eventstore/sqlite/sqlite_storage.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"
#include "schemas/text_rules.h"

namespace annals {
namespace {

struct ApplyArguments {
  std::string file;
  int64_t batch = 1000;
  bool atomic = false;
  bool keep_going = false;
  std::optional<std::string> source;
};

// Where the lines come from.
struct Input : InputFile {
  std::string key;                   // of its place; empty: none is kept
  uint64_t max_bytes = UINT64_MAX;   // of a file that is known by its content: those that were hashed
  TemporaryFile copy;                // of an input that is read to its end first
  std::unique_ptr<FdSource> source;  // over the copy where there is one
};

// In batches an input may make it wait. In all other modes the write lock is held to its end.
absl::Status OpenInput(const ApplyArguments& arguments, ApplyMode mode, Input& input) {
  RETURN_IF_ERROR(input.Open(arguments.file));
  if (arguments.source) {
    RETURN_IF_ERROR(CheckLabel("--source", *arguments.source));
    input.key = *arguments.source;
  } else if (mode != ApplyMode::kDryRun && arguments.file != "-" && input.is_regular) {
    ASSIGN_OR_RETURN(const FileKey file, SourceKeyOfFile(input.fd, input.name));
    input.key = file.key;
    input.max_bytes = file.bytes;
  }
  ASSIGN_OR_RETURN(input.source, FdSource::Over(input.fd, input.name, input.max_bytes));
  if (mode == ApplyMode::kBatches || input.is_regular) return absl::OkStatus();
  // Nobody shall wait for the lock because this waits for its input.
  ASSIGN_OR_RETURN(input.copy, ReadToEnd(*input.source, input.name));
  ASSIGN_OR_RETURN(input.source, FdSource::Over(::fileno(input.copy.get()), input.name));
  return absl::OkStatus();
}

std::string WithLine(std::string json, uint64_t line) {
  json.pop_back();
  return fmt::format("{},\"line\":{}}}", json, line);
}

absl::StatusOr<std::string> AnswerJson(const Answer& answer) {
  if (const auto* const receipt = std::get_if<Receipt>(&answer)) return ReceiptJson(*receipt);
  if (const auto* const refused = std::get_if<Refused>(&answer)) return RefusalJson(*refused);
  if (const auto* const preview = std::get_if<Preview>(&answer)) return PreviewJson(*preview);
  return ErrorJson(std::get<absl::Status>(answer));
}

// Prints the answers. Those of --atomic are void until all is committed: they wait in a file without a name, however
// many they are.
class Answers {
 public:
  Answers(Context& context, ProgressLine& progress) : context_(context), progress_(progress) {}

  absl::Status Hold() {
    held_.reset(std::tmpfile());
    if (held_ != nullptr) return absl::OkStatus();
    return absl::InternalError(fmt::format("make a temporary file for the answers: {}", std::strerror(errno)));
  }

  void Take(uint64_t line, const Answer& answer) {
    if (context_.json()) {
      const absl::StatusOr<std::string> json = AnswerJson(answer);
      Print(WithLine(json.ok() ? *json : ErrorJson(json.status()), line) + "\n",
            std::holds_alternative<Receipt>(answer));
      return;
    }
    const absl::Status problem = ProblemOf(answer);
    if (problem.ok()) return;
    progress_.Erase();
    PrintError(WithContext(problem, fmt::format("line {}", line)), /*json=*/false, context_.err());
  }

  // Prints what was held, or drops it.
  void Release(bool stands) {
    if (held_ == nullptr || !stands) return;
    std::rewind(held_.get());
    std::vector<char> block(1 << 16);
    while (const size_t count = std::fread(block.data(), 1, block.size(), held_.get())) {
      context_.out().write(block.data(), static_cast<std::streamsize>(count));
    }
  }

  absl::Status status() const {
    return failed_ ? absl::ResourceExhaustedError(
                         "write the answers to a temporary file: the disk is full; make room and try again")
                   : absl::OkStatus();
  }

 private:
  void Print(const std::string& text, bool is_receipt) {
    if (held_ != nullptr && is_receipt) {
      failed_ = failed_ || std::fwrite(text.data(), 1, text.size(), held_.get()) != text.size();
    } else {
      context_.out() << text;
    }
  }

  Context& context_;
  ProgressLine& progress_;
  TemporaryFile held_;
  bool failed_ = false;
};

void PrintSummary(const ApplyReport& report, const Input& input, std::chrono::microseconds took, Context& context) {
  std::ostream& err = context.err();
  if (context.json()) {
    JsonWriter out;
    out.BeginObject().Key("lines").UInt(report.lines).Key("lines_before").UInt(report.lines_before);
    out.Key("lines_missing").UInt(report.lines_missing).Key("done").UInt(report.done);
    out.Key("would_be_done").UInt(report.would_be_done);
    out.Key("repeats").UInt(report.repeats).Key("refused").UInt(report.refused);
    out.Key("bad").UInt(report.bad).Key("rolled_back").Bool(report.rolled_back).Key("stopped_at");
    report.stopped_at == 0 ? out.Null() : out.UInt(report.stopped_at);
    err << out.EndObject().text() << '\n';
    return;
  }
  if (report.lines_missing > 0) {
    err << fmt::format(
        "annals: apply: {} is shorter than the place kept for {}: it has {} of the {} lines that had been applied; "
        "if it is another input, name another --source\n",
        input.name, input.key, report.lines_before - report.lines_missing, report.lines_before);
  }
  const bool dry_run = context.options().dry_run;
  std::string text = dry_run ? fmt::format("{}: {} would be done", input.name, report.would_be_done)
                             : fmt::format("{}: {} done", input.name, report.done);
  const std::pair<uint64_t, std::string_view> parts[] = {{dry_run ? 0 : report.would_be_done, "would be done"},
                                                         {report.repeats, "done before"},
                                                         {report.refused, "refused"},
                                                         {report.bad, "bad"}};
  for (const auto& [count, what] : parts) {
    if (count > 0) text += fmt::format(", {} {}", count, what);
  }
  if (report.lines_before > 0) text += fmt::format("; the first {} lines had been applied before", report.lines_before);
  if (report.rolled_back) {
    text += fmt::format("; line {} took everything back", report.stopped_at);
  } else if (report.stopped_at > 0) {
    text += fmt::format("; stopped at line {}", report.stopped_at);
  }
  err << text << fmt::format(" ({}{})\n", FormatDuration(took), dry_run ? ", dry run: nothing was written" : "");
}

absl::Status CheckArguments(const Context& context, const ApplyArguments& arguments) {
  if (arguments.batch < 1) return absl::InvalidArgumentError(fmt::format("--batch: {} is below 1", arguments.batch));
  if (context.options().command_id || context.options().expect_version) {
    return absl::InvalidArgumentError(
        "--command-id and --expect-version are each command's own; write them into its line");
  }
  return absl::OkStatus();
}

absl::StatusOr<int> Run(Context& context, const ApplyArguments& arguments) {
  RETURN_IF_ERROR(CheckArguments(context, arguments));
  const bool dry_run = context.options().dry_run;
  ApplyOptions options{.mode = dry_run            ? ApplyMode::kDryRun
                               : arguments.atomic ? ApplyMode::kAtomic
                                                  : ApplyMode::kBatches,
                       .batch = static_cast<size_t>(arguments.batch),
                       .keep_going = arguments.keep_going,
                       .only_problems = !context.json(),
                       .source = {},
                       .actor = context.Actor()};
  Input input;
  RETURN_IF_ERROR(OpenInput(arguments, options.mode, input));
  options.source = input.key;
  ASSIGN_OR_RETURN(const std::string backup, context.BackUpOnStart());
  if (!backup.empty()) context.err() << fmt::format("backup: {}\n", backup);
  ASSIGN_OR_RETURN(Engine* const engine, context.OpenEngine());
  ProgressLine progress(
      {.label = "apply",
       .total = std::nullopt,
       .width = context.width().value_or(80),
       .visibility = ProgressVisibility(context.err_is_terminal(), context.json(), context.environment()),
       .clock = context.monotonic(),
       .write = [&](std::string_view text) { context.err() << text << std::flush; }});
  Answers answers(context, progress);
  if (options.mode == ApplyMode::kAtomic && context.json()) RETURN_IF_ERROR(answers.Hold());
  const MonotonicTime start = context.monotonic()();
  const auto report = Apply(
      engine->storage(), *engine, context.clock(), *input.source, options,
      [&](uint64_t line, const Answer& answer) { answers.Take(line, answer); },
      [&](uint64_t line) {
        progress.Update(line);
        // Whoever writes line by line reads the answers so.
        if (context.json()) context.out().flush();
      });
  progress.Erase();
  if (!report.ok()) return report.status();
  answers.Release(!report->rolled_back);
  context.out().flush();
  RETURN_IF_ERROR(answers.status());
  PrintSummary(*report, input, std::chrono::duration_cast<std::chrono::microseconds>(context.monotonic()() - start),
               context);
  RETURN_IF_ERROR(AfterRedaction(report->sweep));
  return report->first_problem.ok() ? kExitDone : ExitCodeOf(report->first_problem);
}

}  // namespace

Command ApplyCommand() {
  const auto arguments = std::make_shared<ApplyArguments>();
  return {.name = "apply",
          .summary = "Execute commands from JSON lines",
          .details =
              "FILE holds one command a line; - is standard input. What stood before a bad or refused line is kept. "
              "Running it "
              "again goes on after the last line that was done, found by the file's content or by --source. With "
              "--json there is an answer per command on standard output and a summary on standard error. --atomic and "
              "--dry-run read standard input to its end first, into a temporary file: then others wait for "
              "the judging only.",
          .example = "annals apply commands.jsonl\ngenerate | annals apply --json --source nightly -",
          .arguments =
              {
                  FileNamed(Place("FILE", &arguments->file, "JSON lines, or - for standard input")),
                  Option("--batch", "N", &arguments->batch, "lines per commit, at most (default: 1000)"),
                  Flag("--atomic", &arguments->atomic,
                       "all or nothing: the first refused or bad line takes everything back"),
                  Flag("--keep-going", &arguments->keep_going, "go on after refused and bad lines"),
                  Option("--source", "NAME", &arguments->source, "remember under this name how far it came"),
              },
          .run = [arguments](Context& context) { return Run(context, *arguments); }};
}

}  // namespace annals
