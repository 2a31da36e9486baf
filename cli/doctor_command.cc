// annals doctor: what is stuck or needs a hand, and what would help.
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/doctor_text.h"
#include "cli/exit_code.h"
#include "commands/doctor.h"
#include "schemas/message_text.h"
#include "schemas/severity.h"
#include "schemas/status.h"

namespace annals {
namespace {

// What a terminal is shown: the worst of them.
constexpr size_t kTerminalFindings = 50;
// What --exit-code tells unless --severity says otherwise.
constexpr schema::Severity kAlarming = schema::Severity::WARNING;

struct DoctorOptions {
  std::vector<std::string> limits;
  std::optional<std::string> run_id;
  std::optional<std::string> severity;
  bool ended_runs = false;
  bool exit_code = false;
  bool shows_limits = false;
};

// "workstream.editing=30m".
absl::Status ReadLimit(std::string_view text, doctor::Limits& limits) {
  const size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return absl::InvalidArgumentError(
        fmt::format("{} is not NAME=DURATION, such as workstream.editing=30m", Quoted(text)));
  }
  ASSIGN_OR_RETURN(const std::chrono::seconds limit, ParseSpan(text.substr(equals + 1)));
  return limits.Set(text.substr(0, equals), limit);
}

void PrintText(Context& context, const std::vector<doctor::Finding>& findings) {
  if (findings.empty()) {
    context.out() << "nothing is stuck or needs a hand\n";
    return;
  }
  std::vector<doctor::Finding> shown = findings;
  if (context.out_is_terminal() && shown.size() > kTerminalFindings) shown.resize(kTerminalFindings);
  context.out() << FindingsText(shown, context.Now(), context.width(), context.colour());
  context.out() << '\n' << CountText(findings);
  if (shown.size() < findings.size()) {
    context.out() << fmt::format("; the worst {} are shown, a pipe or --json gets all", shown.size());
  }
  context.out() << '\n';
}

absl::StatusOr<int> Doctor(Context& context, const DoctorOptions& options) {
  doctor::Question question;
  for (const std::string& limit : options.limits) {
    RETURN_IF_ERROR(WithContext(ReadLimit(limit, question.limits), "--limit"));
  }
  if (options.shows_limits) {
    context.out() << (context.json() ? LimitsJson(question.limits)
                                     : LimitsText(question.limits, context.width(), context.colour()));
    return kExitDone;
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<Snapshot> snapshot, context.Read());
  question.now = context.Now();
  question.run_id = options.run_id;
  question.looks_at_ended_runs = options.ended_runs;
  if (options.severity) question.least = *SeverityNamed(*options.severity);
  ASSIGN_OR_RETURN(const std::vector<doctor::Finding> findings, doctor::Examine(*snapshot, question));
  if (context.json()) {
    for (const doctor::Finding& finding : findings) context.out() << FindingJson(finding, question.now) << '\n';
  } else {
    PrintText(context, findings);
  }
  const schema::Severity alarming = options.severity ? question.least : kAlarming;
  // The gravest comes first.
  const bool is_alarming = !findings.empty() && findings.front().kind.severity >= alarming;
  return options.exit_code && is_alarming ? kExitRefused : kExitDone;
}

}  // namespace

Command DoctorCommand() {
  const auto options = std::make_shared<DoctorOptions>();
  return {
      .name = "doctor",
      .summary = "What is stuck or needs a hand, and what would help",
      .details =
          "Looks at what is open: what nobody moves on, what waits for a person, what the law would let go on. Under "
          "each finding stands the command that would help; annals why says more of one of them. Each kind of "
          "finding has a limit: only what lasts longer is told. --limits shows them, --limit NAME=DURATION sets "
          "one, such as workstream.editing=30m or run.paused=2d. On a terminal the worst 50 are shown.",
      .example =
          "annals doctor\nannals doctor --run r1 --limit workstream.editing=30m\n"
          "annals doctor --severity error --exit-code || echo 'somebody has to look'",
      .arguments =
          {
              Option("--run", "RUN", &options->run_id, "only this run, also where it has ended"),
              OneOf(
                  {std::begin(kSeverityNames), std::end(kSeverityNames)},
                  Option("--severity", "LEVEL", &options->severity, "only findings of this severity or a graver one")),
              Option("--limit", "NAME=DURATION", &options->limits, "how long this may last; may be repeated"),
              Flag("--limits", &options->shows_limits, "show the limits and what is looked for"),
              Flag("--ended-runs", &options->ended_runs, "also what was left open by runs that have ended"),
              Flag("--exit-code", &options->exit_code,
                   "exit with 3 where there is a finding of --severity (default: warning) or graver"),
          },
      .run = [options](Context& context) { return Doctor(context, *options); },
      .reads_as_of = true};
}

}  // namespace annals
