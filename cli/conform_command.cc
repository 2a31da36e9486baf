// annals conform: a log of another program, judged by a machine.
#include <array>
#include <cmath>
#include <memory>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/exit_code.h"
#include "cli/given_machine.h"
#include "cli/input_file.h"
#include "cli/progress.h"
#include "cli/table.h"
#include "commands/apply_input.h"
#include "commands/conformance.h"
#include "schemas/json_text.h"
#include "schemas/json_writer.h"
#include "schemas/message_text.h"
#include "schemas/status.h"
#include "schemas/transition_line.h"

namespace annals {
namespace {

constexpr size_t kBreaksForPeople = 50;
constexpr uint64_t kMegabyte = 1'000'000;

struct ConformArguments {
  std::string machine;
  std::string log;
  std::optional<int64_t> limit;
};

std::string_view MeaningOf(BreakKind kind) {
  switch (kind) {
    case BreakKind::kEdge:
      return "the machine has no such edge";
    case BreakKind::kContinuity:
      return "the entity was last in another state";
    case BreakKind::kInitial:
      return "the entity does not begin in the initial state";
    case BreakKind::kUnknownState:
      break;
  }
  return "the machine has no such state";
}

// The breaks that are listed, and how many there are of each kind.
class Breaks {
 public:
  explicit Breaks(uint64_t limit) : limit_(limit) {}
  void Add(Break broken) {
    ++counts_[static_cast<size_t>(broken.kind)];
    if (total_++ < limit_) listed_.push_back(std::move(broken));
  }
  uint64_t total() const { return total_; }
  uint64_t CountOf(BreakKind kind) const { return counts_[static_cast<size_t>(kind)]; }
  const std::vector<Break>& listed() const { return listed_; }

 private:
  const uint64_t limit_;
  uint64_t total_ = 0;
  std::array<uint64_t, std::size(kBreakKinds)> counts_ = {};
  std::vector<Break> listed_;
};

bool IsBlank(std::string_view text) {
  return text.find_first_not_of(" \t\r") == std::string_view::npos;
}

// Hands every line to `conformance`. kInvalidArgument names the line that is none.
absl::Status ReadLog(Context& context, const InputFile& input, Conformance& conformance) {
  ASSIGN_OR_RETURN(const auto source, FdSource::Over(input.fd, input.name));
  LineReader lines(*source, kMaxCommandBytes);
  struct stat info {};
  const bool has_size = input.is_regular && ::fstat(input.fd, &info) == 0;
  // A file is measured by its bytes, since nobody has counted its lines.
  ProgressLine progress(
      {.label = has_size ? "conform, MB" : "conform",
       .total = has_size ? std::optional(static_cast<uint64_t>(info.st_size) / kMegabyte) : std::nullopt,
       .width = context.width().value_or(80),
       .visibility = ProgressVisibility(context.err_is_terminal(), context.json(), context.environment()),
       .clock = context.monotonic(),
       .write = [&](std::string_view text) { context.err() << text << std::flush; }});
  TransitionLineReader reader;
  uint64_t bytes = 0;
  while (true) {
    ASSIGN_OR_RETURN(const std::optional<LineReader::Line> line, lines.Next());
    if (!line) return absl::OkStatus();
    bytes += line->text.size() + 1;
    progress.Update(has_size ? bytes / kMegabyte : line->number);
    if (line->is_too_long) {
      return absl::InvalidArgumentError(
          fmt::format("line {}: it is longer than {} bytes", line->number, kMaxCommandBytes));
    }
    if (IsBlank(line->text)) continue;
    const absl::StatusOr<TransitionLine> transition = reader.Read(line->text);
    if (!transition.ok()) return WithContext(transition.status(), fmt::format("line {}", line->number));
    conformance.Take(line->number, *transition);
  }
}

std::string ResultJson(const Conformance& conformance, const Breaks& breaks) {
  JsonWriter out;
  out.BeginObject().Key("lines").UInt(conformance.lines()).Key("other").UInt(conformance.other());
  out.Key("refused").UInt(conformance.refused());
  out.Key("conform").UInt(conformance.conform()).Key("breaks").BeginArray();
  for (const Break& broken : breaks.listed()) {
    out.BeginObject().Key("line").UInt(broken.line).Key("kind").String(NameOf(broken.kind));
    out.Key("detail").String(broken.detail).EndObject();
  }
  out.EndArray().Key("unreached").BeginArray();
  for (const std::string_view state : conformance.Unreached()) out.String(state);
  return out.EndArray().EndObject().Take();
}

// Cut, not rounded: 100 % is all of them.
std::string Share(uint64_t part, uint64_t whole) {
  return fmt::format("{:.1f} %", std::floor(1000.0 * static_cast<double>(part) / static_cast<double>(whole)) / 10);
}

std::string Summary(const Conformance& conformance, std::string_view machine, std::string_view name) {
  const uint64_t judged = conformance.judged();
  if (conformance.lines() == 0) return fmt::format("{}: there is no line in it\n", name);
  if (judged == 0 && conformance.refused() > 0) {
    return fmt::format("{}: every transition of {} in it was refused: {}\n", name, machine, conformance.refused());
  }
  if (judged == 0) {
    return fmt::format("{}: lines of the entity type {}: none of {}; the first is of {}\n", name, machine,
                       conformance.lines(), Quoted(conformance.first_other()));
  }
  std::string text = fmt::format("{}: {} of {} transitions conform to {} ({})", name, conformance.conform(), judged,
                                 machine, Share(conformance.conform(), judged));
  if (conformance.other() > 0) text += fmt::format("; lines of other entity types: {}", conformance.other());
  if (conformance.refused() > 0) text += fmt::format("; refused ones, passed over: {}", conformance.refused());
  return text + '\n';
}

void PrintForPeople(Context& context, const Conformance& conformance, const Breaks& breaks, const Machine& machine,
                    const InputFile& input) {
  context.out() << Summary(conformance, machine.name(), Printable(input.name));
  if (breaks.total() > 0) {
    Table rules({{"RULE"}, {"BREAKS", Align::kRight}, {""}});
    for (const BreakKind kind : kBreakKinds) {
      if (breaks.CountOf(kind) == 0) continue;
      rules.AddRow({{std::string(NameOf(kind))},
                    {fmt::format("{}", breaks.CountOf(kind))},
                    {std::string(MeaningOf(kind)), Ink::kDim}});
    }
    context.out() << '\n' << rules.Render(context.width(), context.colour());
  }
  if (!breaks.listed().empty()) {
    Table table({{"LINE", Align::kRight}, {"RULE"}, {"WHAT"}});
    for (const Break& broken : breaks.listed()) {
      table.AddRow({{fmt::format("{}", broken.line)}, {std::string(NameOf(broken.kind))}, {broken.detail}});
    }
    context.out() << '\n' << table.Render(context.width(), context.colour());
  }
  if (const uint64_t hidden = breaks.total() - breaks.listed().size(); hidden > 0) {
    context.out() << fmt::format("… and {} more; --limit {} lists all\n", hidden, breaks.total());
  }
  const std::vector<std::string_view> unreached = conformance.Unreached();
  if (!unreached.empty() && conformance.judged() > 0) {
    context.out() << fmt::format("\nnever reached: {}\n", fmt::join(unreached, ", "));
  }
}

absl::StatusOr<int> Conform(Context& context, const ConformArguments& arguments) {
  if (arguments.limit && *arguments.limit < 0) {
    return absl::InvalidArgumentError(fmt::format("--limit: {} is below 0", *arguments.limit));
  }
  ASSIGN_OR_RETURN(const GivenMachine given, GivenMachine::Read(context, arguments.machine));
  InputFile input;
  RETURN_IF_ERROR(input.Open(arguments.log));
  const uint64_t all = context.json() ? UINT64_MAX : kBreaksForPeople;
  Breaks breaks(arguments.limit ? static_cast<uint64_t>(*arguments.limit) : all);
  Conformance conformance(given.machine(), [&](Break broken) { breaks.Add(std::move(broken)); });
  RETURN_IF_ERROR(WithContext(ReadLog(context, input, conformance), input.name));
  if (context.json()) {
    context.out() << ResultJson(conformance, breaks) << '\n';
  } else {
    PrintForPeople(context, conformance, breaks, given.machine(), input);
  }
  return breaks.total() == 0 ? kExitDone : kExitRefused;
}

}  // namespace

Command ConformCommand() {
  const auto arguments = std::make_shared<ConformArguments>();
  return {
      .name = "conform",
      .summary = "Judge the log of another program by a machine",
      .details =
          "LOG has a JSON object on each line, with the keys entity_type, entity_id, from_state, to_state and "
          "timestamp, "
          "all strings; other keys are passed over. A from_state of null or \"\" is a creation. Lines of other entity "
          "types than the machine's name are counted and not judged, and so are those with \"kind\":\"refused\", as "
          "annals log --transitions --json has them. The order of the lines counts, not their times. "
          "Guards are not judged: they look at tables, and there are none. No database is used. Exit code 0: every "
          "line "
          "conforms. 3: some do not. 2: a line cannot be read; the message names it.",
      .example =
          "annals conform --machine ./review.json reviews.jsonl\n"
          "zcat reviews.jsonl.gz | annals conform --machine ./review.json -",
      .arguments = {Required(FileNamed(Option("--machine", "NAME|FILE", &arguments->machine,
                                              "the machine: its name, or a file that defines one (with a / or ending "
                                              "in .json)"))),
                    FileNamed(Place("LOG", &arguments->log, "the file of JSON lines, or - for standard input")),
                    Option("--limit", "N", &arguments->limit,
                           "list at most so many breaks (default: 50, with --json all)")},
      .run = [arguments](Context& context) { return Conform(context, *arguments); },
  };
}

}  // namespace annals
