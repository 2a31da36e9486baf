#include "cli/audit_approvals.h"

#include "eventstore/event_codec.h"

namespace annals {
namespace {

struct Verdict {
  std::string_view state, what, verdict;
};
constexpr Verdict kVerdicts[] = {{"plan_approved", "plan", "approved"},
                                 {"plan_rejected", "plan", "rejected"},
                                 {"implementation_approved", "implementation", "approved"},
                                 {"implementation_rejected", "implementation", "rejected"}};

AuditApproval Begun(const FoldedEvent& event, std::string_view operator_name) {
  AuditApproval approval;
  approval.position = event.position;
  approval.at = event.time();
  approval.by = operator_name.empty() ? View(event.event.getActor()) : operator_name;
  return approval;
}

// An approval that the law did not take, such as one of a digest that is another by now.
std::optional<AuditApproval> RefusedOf(const FoldedEvent& event) {
  const auto refused = event.event.getBody().getCommandRefused();
  const std::string_view to = View(refused.getTo());
  if (View(refused.getTrigger()) != "approve" && !to.ends_with("_approved")) return std::nullopt;
  AuditApproval approval = Begun(event, View(refused.getOperator()));
  approval.request_id = View(refused.getEntity());
  const bool is_plan = to.empty() ? View(refused.getFrom()).starts_with("plan") : to.starts_with("plan");
  approval.what = is_plan ? "plan" : "implementation";
  approval.verdict = "refused";
  approval.reason = View(refused.getWhy());
  return approval;
}

}  // namespace

std::optional<AuditApproval> ApprovalOf(const FoldedEvent& event) {
  const auto body = event.event.getBody();
  if (body.isCommandRefused()) return RefusedOf(event);
  if (!body.isTransitioned()) return std::nullopt;
  const auto moved = body.getTransitioned();
  for (const Verdict& verdict : kVerdicts) {
    if (View(moved.getTo()) != verdict.state) continue;
    AuditApproval approval = Begun(event, View(moved.getOperator()));
    approval.request_id = View(moved.getEntity());
    approval.what = verdict.what;
    approval.verdict = verdict.verdict;
    approval.authority = View(moved.getRequest().getAuthority());
    approval.digest = View(moved.getRequest().getDigest());
    approval.reason = event.text;
    return approval;
  }
  return std::nullopt;
}

}  // namespace annals
