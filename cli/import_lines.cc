#include "cli/import_lines.h"

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "cli/context.h"
#include "cli/duration.h"
#include "cli/exit_code.h"
#include "cli/input_file.h"
#include "cli/printable.h"
#include "cli/progress.h"
#include "commands/apply.h"
#include "commands/engine.h"
#include "commands/import_lines.h"
#include "schemas/json_writer.h"
#include "schemas/status.h"
#include "schemas/text_rules.h"

namespace annals {
namespace {

absl::Status ReadRenames(const JsonLinesArguments& arguments, LineImportOptions& options) {
  for (const std::string& rename : arguments.renames) {
    const size_t equals = rename.find('=');
    if (equals == std::string::npos) {
      return absl::InvalidArgumentError(fmt::format("--rename: {} is not OLD=NEW", rename));
    }
    const std::string from = rename.substr(0, equals), to = rename.substr(equals + 1);
    RETURN_IF_ERROR(CheckId("--rename", from));
    RETURN_IF_ERROR(CheckId("--rename", to));
    options.renames[from] = to;
  }
  return absl::OkStatus();
}

// The counts that are worth saying, by the name they have in JSON and in words.
struct Count {
  std::string_view key;
  uint64_t value;
  std::string_view words;
};
std::vector<Count> CountsOf(const LineImportReport& report) {
  return {{"skipped", report.skipped, "were there already"},
          {"overridden", report.overridden, "of them as overrides"},
          {"left_out", report.left_out, "unlawful and left out"},
          {"without_id", report.without_id, "command id(s) dropped"},
          {"dangling", report.dangling, "reference(s) to what is not in the file dropped"}};
}

void PrintReport(Context& context, const LineImportReport& report, const InputFile& input,
                 std::chrono::microseconds took) {
  const bool dry_run = context.options().dry_run;
  if (context.json()) {
    JsonWriter out;
    out.BeginObject().Key("exact").Bool(report.exact).Key("lines").UInt(report.lines).Key("events").UInt(report.events);
    for (const Count& count : CountsOf(report)) out.Key(count.key).UInt(count.value);
    out.Key("imported_before").Bool(report.was_imported_before).Key("dry_run").Bool(dry_run).EndObject();
    context.out() << out.text() << '\n';
    return;
  }
  if (report.was_imported_before) {
    context.out() << fmt::format("{}: was imported before; nothing was added\n", Printable(input.name));
    return;
  }
  std::string text = fmt::format("{}: {} {}{}", Printable(input.name), report.events,
                                 report.events == 1 ? "event" : "events", dry_run ? " would be imported" : " imported");
  for (const Count& count : CountsOf(report)) {
    if (count.value > 0) text += fmt::format(", {} {}", count.value, count.words);
  }
  if (report.lines > 0) text += report.exact ? "; the same log" : "; added to this log";
  context.out() << text << fmt::format(" ({}{})\n", FormatDuration(took), dry_run ? ", nothing was written" : "");
}

void PrintRemark(Context& context, const LineRemark& remark, ProgressLine& progress) {
  progress.Erase();
  if (!context.json()) {
    context.err() << fmt::format("line {}: {}\n", remark.line, Printable(remark.what));
    return;
  }
  JsonWriter out;
  out.BeginObject().Key("line").UInt(remark.line).Key("remark").String(remark.what).EndObject();
  context.out() << out.text() << '\n';
}

}  // namespace

absl::StatusOr<int> ImportJsonLines(Context& context, const JsonLinesArguments& arguments) {
  InputFile input;
  RETURN_IF_ERROR(input.Open(arguments.file));
  LineImportOptions options{.strict = arguments.strict, .dry_run = context.options().dry_run};
  RETURN_IF_ERROR(ReadRenames(arguments, options));
  // Nobody shall wait for the lock because this waits for its input.
  TemporaryFile copy;
  if (!input.is_regular) {
    ASSIGN_OR_RETURN(const auto pipe, FdSource::Over(input.fd, input.name));
    ASSIGN_OR_RETURN(copy, ReadToEnd(*pipe, input.name));
  }
  const int fd = copy == nullptr ? input.fd : ::fileno(copy.get());
  ASSIGN_OR_RETURN(const FileKey file, SourceKeyOfFile(fd, input.name));
  options.source = "import " + file.key;
  ASSIGN_OR_RETURN(const auto source, FdSource::Over(fd, input.name, file.bytes));
  ASSIGN_OR_RETURN(Engine* const engine, context.OpenEngine());
  ProgressLine progress(
      {.label = "import",
       .total = std::nullopt,
       .width = context.width().value_or(80),
       .visibility = ProgressVisibility(context.err_is_terminal(), context.json(), context.environment()),
       .clock = context.monotonic(),
       .write = [&](std::string_view text) { context.err() << text << std::flush; }});
  const MonotonicTime start = context.monotonic()();
  const absl::StatusOr<LineImportReport> report = ImportLines(
      engine->storage(), context.clock(), context.random(), *source, options,
      [&](const LineRemark& remark) { PrintRemark(context, remark, progress); },
      [&](uint64_t lines) { progress.Update(lines); });
  progress.Erase();
  if (!report.ok()) return WithContext(report.status(), input.name);
  PrintReport(context, *report, input,
              std::chrono::duration_cast<std::chrono::microseconds>(context.monotonic()() - start));
  return kExitDone;
}

}  // namespace annals
