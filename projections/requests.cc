// requests: what was asked for, planned and made, and who approved or rejected it.
#include "eventstore/sha256.h"
#include "projections/entity_projector.h"
#include "schemas/status.h"

namespace annals {
namespace {

// What an approval names: a hash over exactly what is shown. The event's own digest covers text and scope, and is
// salted, so that the same text shown again is another, and an approval can be used for one of them only.
std::optional<std::string> DigestOf(const FoldedEvent& event, schema::RequestMove::Reader move) {
  if (!event.event.getContent().isKept()) return std::nullopt;
  const auto digest = event.event.getContent().getKept().getDigest();
  Sha256Stream hash;
  hash.Add({reinterpret_cast<const char*>(digest.begin()), digest.size()});
  for (const auto patch : move.getPatches()) {
    hash.Add(View(patch));
    hash.Add("\n");
  }
  return HexOf(hash.Finish());
}

// What the row has of a plan and of an implementation alike.
struct ShownColumns {
  std::optional<std::string>& text;
  std::optional<std::string>& scope_json;
  std::optional<std::string>& digest;
  std::optional<std::string>& approved_by;
  std::optional<Timestamp>& approved_at;
  std::optional<std::string>& authority;
};

ShownColumns PlanOf(RequestRow& row) {
  return {row.plan,          row.plan_scope_json, row.plan_digest, row.plan_approved_by, row.plan_approved_at,
          row.plan_authority};
}
ShownColumns ImplementationOf(RequestRow& row) {
  return {row.implementation,
          row.implementation_scope_json,
          row.implementation_digest,
          row.implementation_approved_by,
          row.implementation_approved_at,
          row.implementation_authority};
}

void ForgetApproval(ShownColumns columns) {
  columns.approved_by.reset();
  columns.approved_at.reset();
  columns.authority.reset();
}

void TakeShown(const FoldedEvent& event, schema::RequestMove::Reader move, RequestRow& row, ShownColumns columns) {
  columns.text = event.text;
  columns.scope_json = TextOrNull(event.json);
  columns.digest = DigestOf(event, move);
  row.patches = JsonArrayOf(move.getPatches());
  ForgetApproval(columns);
}

// An override may bring back what was shown before: then it waits anew, and who approved it once has not done so now.
void WaitAgain(schema::RequestMove::Reader move, ShownColumns columns) {
  if (move.getDocument() != schema::Document::NONE) return;
  ForgetApproval(columns);
  if (columns.digest) columns.digest = HexOf(Sha256({"again\n", *columns.digest}));
}

void Approve(const FoldedEvent& event, std::string_view who, schema::RequestMove::Reader move, ShownColumns columns) {
  columns.approved_by = who;
  columns.approved_at = event.time();
  columns.authority = TextOrNull(View(move.getAuthority()));
}

void TakeDocument(const FoldedEvent& event, schema::RequestMove::Reader move, RequestRow& row) {
  switch (move.getDocument()) {
    case schema::Document::NONE:
      return;
    case schema::Document::REQUEST:
      row.request = event.text;
      return;
    case schema::Document::PLAN:
      return TakeShown(event, move, row, PlanOf(row));
    case schema::Document::IMPLEMENTATION:
      return TakeShown(event, move, row, ImplementationOf(row));
    case schema::Document::REVIEW:
      row.review = event.text;
      return;
    case schema::Document::VERIFICATION_RESULT:
      row.verification_result = event.text;
      return;
  }
}

void Take(const FoldedEvent& event, schema::RequestMove::Reader move, RequestRow& row) {
  TakeDocument(event, move, row);
  if (move.hasRunId()) row.run_id = View(move.getRunId());
  row.updated_at = event.time();
}

void Create(const FoldedEvent& event, Rows& rows) {
  const auto created = event.event.getBody().getCreated();
  RequestRow row;
  BeginRow(event, row);
  row.request_id = View(created.getEntity());
  row.patches = "[]";
  Take(event, created.getRequest(), row);
  rows.requests.Insert({View(created.getEntity())}, std::move(row));
}

void Move(const FoldedEvent& event, RequestRow& row) {
  const auto moved = event.moved;
  MoveRow(event, row);
  const auto move = moved.getRequest();
  const std::string_view who = moved.hasOperator() ? View(moved.getOperator()) : View(event.event.getActor());
  const std::string_view from = View(moved.getFrom());
  if (row.status == "plan_awaiting_approval") {
    WaitAgain(move, PlanOf(row));
  } else if (row.status == "implementation_awaiting_approval") {
    WaitAgain(move, ImplementationOf(row));
  } else if (row.status == "plan_approved") {
    Approve(event, who, move, PlanOf(row));
  } else if (row.status == "plan_rejected") {
    row.plan_rejected_by = who;
    row.plan_rejected_at = event.time();
    row.plan_rejected_reason = TextOrNull(event.text);
  } else if (row.status == "implementation_approved") {
    Approve(event, who, move, ImplementationOf(row));
  } else if (row.status == "implementation_rejected") {
    row.implementation_rejected_by = who;
    row.implementation_rejected_at = event.time();
    row.implementation_rejected_reason = TextOrNull(event.text);
  } else if (row.status == "implementing" && (from == "reviewing" || from == "verifying")) {
    ++row.retry_count;
  } else if (row.status == "failed") {
    row.error_details = TextOrNull(event.text);
  }
  Take(event, move, row);
}

}  // namespace

absl::Status ApplyToRequests(const FoldedEvent& event, Rows& rows) {
  const auto body = event.event.getBody();
  if (body.isCreated()) {
    Create(event, rows);
    return absl::OkStatus();
  }
  const std::string_view id = body.isAmended() ? View(body.getAmended().getEntity()) : View(event.moved.getEntity());
  ASSIGN_OR_RETURN(RequestRow* const row, RowToChange(event, rows.requests, {id}, id));
  if (body.isAmended()) {
    Take(event, body.getAmended().getRequest(), *row);
  } else {
    Move(event, *row);
  }
  return absl::OkStatus();
}

}  // namespace annals
