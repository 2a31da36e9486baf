#include "cli/audit_approvals.h"

#include "eventstore/event_codec.h"

namespace annals {
namespace {

struct Verdict {
  std::string_view state, what;
  bool approved;
};
constexpr Verdict kVerdicts[] = {{"plan_approved", "plan", true},
                                 {"plan_rejected", "plan", false},
                                 {"implementation_approved", "implementation", true},
                                 {"implementation_rejected", "implementation", false}};

}  // namespace

std::optional<AuditApproval> ApprovalOf(const FoldedEvent& event) {
  const auto body = event.event.getBody();
  if (!body.isTransitioned()) return std::nullopt;
  const auto moved = body.getTransitioned();
  for (const Verdict& verdict : kVerdicts) {
    if (View(moved.getTo()) != verdict.state) continue;
    const auto said = moved.getRequest();
    AuditApproval approval;
    approval.position = event.position;
    approval.at = event.time();
    approval.request_id = View(moved.getEntity());
    approval.what = verdict.what;
    approval.approved = verdict.approved;
    approval.by = moved.hasOperator() ? View(moved.getOperator()) : View(event.event.getActor());
    approval.authority = View(said.getAuthority());
    approval.digest = View(said.getDigest());
    approval.reason = event.text;
    return approval;
  }
  return std::nullopt;
}

}  // namespace annals
