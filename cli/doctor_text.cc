#include "cli/doctor_text.h"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "cli/duration.h"
#include "cli/paragraph.h"
#include "cli/printable.h"
#include "cli/table.h"
#include "schemas/json_writer.h"
#include "schemas/severity.h"
#include "schemas/time_expression.h"

namespace annals {
namespace {

using doctor::Finding;
using doctor::Kind;
using doctor::Limits;
using doctor::Treatment;

constexpr std::string_view kIndent = "          ";  // as wide as the widest severity and what parts columns

Ink InkOf(schema::Severity severity) {
  static constexpr Ink kInks[] = {Ink::kDim, Ink::kYellow, Ink::kRed, Ink::kRed};
  return kInks[std::min(static_cast<size_t>(severity), std::size(kInks) - 1)];
}

std::chrono::microseconds AgeOf(const Finding& finding, Timestamp now) {
  return std::chrono::microseconds(std::max<int64_t>(now.micros - finding.since.micros, 0));
}

std::string TitleOf(const Finding& finding) {
  const std::string title = fmt::format("{} {}", finding.kind.entity_type, finding.entity_id);
  return finding.run_id.empty() || finding.kind.entity_type == "run" ? title
                                                                     : fmt::format("{} of {}", title, finding.run_id);
}

void WriteFinding(const Finding& finding, Timestamp now, JsonWriter& out) {
  out.BeginObject().Key("kind").String(finding.kind.name);
  out.Key("severity").String(SeverityName(finding.kind.severity));
  out.Key("entity_type").String(finding.kind.entity_type).Key("entity_id").String(finding.entity_id);
  out.Key("run_id");
  finding.run_id.empty() ? out.Null() : out.String(finding.run_id);
  out.Key("state").String(finding.state).Key("since").String(FormatTimestamp(finding.since));
  out.Key("age_ms").Int(std::chrono::duration_cast<std::chrono::milliseconds>(AgeOf(finding, now)).count());
  out.Key("detail").String(finding.detail).Key("help").String(finding.help);
}

}  // namespace

std::string FindingsText(const std::vector<Finding>& findings, Timestamp now, std::optional<size_t> width,
                         ColourMode colour) {
  Table table({{"SEVERITY"}, {"WHAT"}, {"STATE"}, {"FOR"}, {"FOUND"}});
  for (const Finding& finding : findings) {
    table.AddRow({{std::string(SeverityName(finding.kind.severity)), InkOf(finding.kind.severity)},
                  {TitleOf(finding), Ink::kBold},
                  {finding.state, InkOfState(finding.state)},
                  {FormatDuration(AgeOf(finding, now))},
                  {std::string(finding.kind.name)}});
  }
  const std::string lines = table.Render(width, colour);
  size_t end = lines.find('\n') + 1;
  std::string page = lines.substr(0, end);
  for (const Finding& finding : findings) {
    const size_t begin = end;
    end = lines.find('\n', begin) + 1;
    page += lines.substr(begin, end - begin);
    page += Paragraph(std::string(kIndent), finding.detail, width);
    page += fmt::format("{}{}\n", kIndent, Paint(Printable(finding.help), Ink::kCyan, colour));
  }
  return page;
}

std::string FindingJson(const Finding& finding, Timestamp now) {
  JsonWriter out;
  WriteFinding(finding, now, out);
  return out.EndObject().Take();
}

std::string TreatmentsText(const std::vector<Treatment>& treatments, ColourMode colour) {
  std::string lines;
  for (const Treatment& treatment : treatments) {
    const std::string help = Paint(Printable(treatment.finding.help), Ink::kCyan, colour);
    if (const auto* const receipt = std::get_if<Receipt>(&treatment.answer)) {
      lines += fmt::format("{}  {} (position {})\n", Paint("done   ", Ink::kGreen, colour), help,
                           receipt->first_position.value);
    } else if (const absl::Status problem = ProblemOf(treatment.answer); problem.ok()) {
      lines += fmt::format("{}  {}\n", Paint("dry run", Ink::kDim, colour), help);
    } else {
      lines += fmt::format("{}  {}\n         {}\n", Paint("refused", Ink::kRed, colour), help,
                           Printable(std::string(problem.message())));
    }
  }
  return lines;
}

std::string TreatmentJson(const Treatment& treatment, Timestamp now) {
  JsonWriter out;
  WriteFinding(treatment.finding, now, out);
  const auto* const receipt = std::get_if<Receipt>(&treatment.answer);
  out.Key("applied").Bool(receipt != nullptr);
  if (receipt != nullptr) out.Key("position").UInt(receipt->first_position.value);
  const absl::Status problem = ProblemOf(treatment.answer);
  if (!problem.ok()) out.Key("why").String(std::string(problem.message()));
  return out.EndObject().Take();
}

std::string LimitsText(const Limits& limits, std::optional<size_t> width, ColourMode colour) {
  Table table({{"NAME"}, {"SEVERITY"}, {"LIMIT", Align::kRight}, {"WHAT IS FOUND WHEN IT LASTS LONGER"}});
  for (const Kind& kind : doctor::Kinds()) {
    table.AddRow({{std::string(kind.name), Ink::kBold},
                  {std::string(SeverityName(kind.severity)), InkOf(kind.severity)},
                  {FormatSpan(limits.Of(kind))},
                  {std::string(kind.meaning)}});
  }
  return table.Render(width, colour);
}

std::string LimitsJson(const Limits& limits) {
  JsonWriter out;
  std::string lines;
  for (const Kind& kind : doctor::Kinds()) {
    out.BeginObject().Key("name").String(kind.name).Key("severity").String(SeverityName(kind.severity));
    out.Key("limit_ms").Int(std::chrono::milliseconds(limits.Of(kind)).count());
    out.Key("meaning").String(kind.meaning).EndObject();
    lines += out.Take() + '\n';
  }
  return lines;
}

std::string CountText(const std::vector<Finding>& findings) {
  std::string parts;
  for (size_t i = std::size(kSeverityNames); i-- > 0;) {
    const auto count = std::ranges::count_if(
        findings, [&](const Finding& finding) { return static_cast<size_t>(finding.kind.severity) == i; });
    if (count > 0) parts += fmt::format("{}{} {}", parts.empty() ? "" : ", ", count, kSeverityNames[i]);
  }
  return fmt::format("{} finding{}: {}", findings.size(), findings.size() == 1 ? "" : "s", parts);
}

}  // namespace annals
