#include "cli/audit_marks.h"

#include <fmt/format.h>
#include <fmt/ostream.h>

#include "cli/terminal.h"

namespace annals {
namespace {

// The steps of work look apart though a terminal has one colour for all of them.
struct StateLook {
  std::string_view state;
  std::string_view name;
};
constexpr StateLook kStateLooks[] = {
    {"editing", "s-editing"}, {"static_check", "s-static"}, {"fixing", "s-fixing"}, {"runtime_check", "s-runtime"}};

std::string_view ShapeOf(AuditKind kind) {
  switch (kind) {
    case AuditKind::kCreated:
      return R"(<circle r="4" class="hollow"/>)";
    case AuditKind::kMoved:
      return R"(<circle r="4"/>)";
    case AuditKind::kOverridden:
      return R"(<path d="M0-6 6 0 0 6-6 0z"/>)";
    case AuditKind::kRefused:
      return R"(<circle r="5" class="hollow"/><path class="line" d="M-3.5 3.5 3.5-3.5"/>)";
    case AuditKind::kStepStarted:
      return R"(<path class="hollow" d="M-3-4 4 0-3 4z"/>)";
    case AuditKind::kStepCompleted:
      return R"(<path d="M-3-4 4 0-3 4z"/>)";
    case AuditKind::kError:
      return R"(<path d="M0-6 6 5-6 5z"/>)";
    case AuditKind::kNote:
      return R"(<path d="M-4-4H4V4H-4z"/>)";
    case AuditKind::kRedacted:
      return R"(<path d="M-6-2H6V2H-6z"/>)";
    case AuditKind::kUnknown:
      break;
  }
  return R"(<path class="hollow" d="M-4-4H4V4H-4z"/>)";
}

}  // namespace

void WriteMarkShapes(std::ostream& out) {
  out << "<defs>\n";
  for (size_t i = 0; i < kAuditKinds; ++i) {
    const auto kind = static_cast<AuditKind>(i);
    fmt::print(out, "<g id=\"mark-{}\">{}</g>\n", NameOf(kind), ShapeOf(kind));
  }
  out << "<pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" "
         "patternTransform=\"rotate(45)\"><rect width=\"6\" height=\"6\" class=\"hatch-ground\"/><rect width=\"2\" "
         "height=\"6\" class=\"hatch-line\"/></pattern>\n</defs>\n";
}

std::string_view MarkClass(const Audit& audit, const AuditEvent& event) {
  switch (event.kind) {
    case AuditKind::kMoved:
      return StateClass(event.to);
    case AuditKind::kStepCompleted:
      return StateClass(audit.attempts[*event.attempt].status);
    case AuditKind::kOverridden:
      return "k-overridden";
    case AuditKind::kRefused:
      return "k-refused";
    case AuditKind::kError:
      return "k-error";
    default:
      return "k-plain";
  }
}

std::string MarkSvg(AuditKind kind, std::string_view look) {
  return fmt::format(
      "<svg class=\"mark {}\" viewBox=\"-7 -7 14 14\" aria-hidden=\"true\"><use "
      "href=\"#mark-{}\"/></svg>",
      look, NameOf(kind));
}

std::string_view StateClass(std::string_view state) {
  for (const StateLook& look : kStateLooks) {
    if (look.state == state) return look.name;
  }
  switch (InkOfState(state)) {
    case Ink::kGreen:
      return "i-green";
    case Ink::kRed:
      return "i-red";
    case Ink::kYellow:
      return "i-yellow";
    case Ink::kBlue:
      return "i-blue";
    case Ink::kCyan:
      return "i-cyan";
    case Ink::kDim:
      return "i-dim";
    case Ink::kPlain:
    case Ink::kBold:
      break;
  }
  return "i-plain";
}

}  // namespace annals
