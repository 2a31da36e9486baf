// Requests: plans and implementations are shown, approved by the digest of exactly what was shown, or rejected.
#include <fmt/format.h>

#include "commands/conditions.h"
#include "commands/decision.h"
#include "commands/entity_law.h"
#include "eventstore/event_codec.h"
#include "schemas/status.h"

namespace annals {
namespace {

// The text of a request that a command brings, if it brings one.
struct Brought {
  schema::Document document = schema::Document::NONE;
  std::string_view text = {};
};

absl::StatusOr<Brought> OneOf(std::initializer_list<Brought> texts, std::string_view request_id) {
  Brought brought;
  for (const Brought& one : texts) {
    if (one.text.empty()) continue;
    if (!brought.text.empty()) {
      return absl::InvalidArgumentError(fmt::format(
          "request {}: more than one text is given (plan, implementation, review, verification_result or reason); "
          "give one, as an event has one",
          request_id));
    }
    brought = one;
  }
  return brought;
}

// Lists the patches with the hashes of their diffs, so that what is approved cannot become another.
absl::Status FillPatches(capnp::List<capnp::Text>::Reader patches, std::string_view run_id, Rows& rows,
                         schema::RequestMove::Builder move) {
  if (patches.size() == 0) return absl::OkStatus();
  if (run_id.empty()) {
    return absl::InvalidArgumentError("patches are given, but the request is linked to no run; give run_id");
  }
  auto listed = move.initPatches(patches.size());
  for (uint32_t i = 0; i < patches.size(); ++i) {
    const std::string_view patch_id = View(patches[i]);
    ASSIGN_OR_RETURN(const GuardInput named, NeedNamed(kPatchLaw, run_id, patch_id, rows));
    listed.set(i, AsText(fmt::format("{}={}", patch_id, named.patch->diff_hash)));
  }
  return absl::OkStatus();
}

template <class Body>
absl::Status FillShown(Body body, const Brought& brought, const RequestRow& request, Rows& rows,
                       schema::RequestMove::Builder move, EventDraft& draft) {
  if (body.hasRunId()) {
    RETURN_IF_ERROR(NeedRun(rows, View(body.getRunId())).status());
    move.setRunId(body.getRunId());
  }
  if (brought.document == schema::Document::NONE) return absl::OkStatus();
  move.setDocument(brought.document);
  draft.text = brought.text;
  draft.json = View(body.getScope());
  draft.origin = EventDraft::Origin::kProduced;
  const std::string run_id = body.hasRunId() ? std::string(View(body.getRunId())) : request.run_id.value_or("");
  return FillPatches(body.getPatches(), run_id, rows, move);
}

// What is shown beside a plan or an implementation does not come alone.
template <class Body>
absl::Status CheckBeside(Body body, const Brought& brought, std::string_view request_id) {
  if (brought.document != schema::Document::NONE || (!body.hasScope() && body.getPatches().size() == 0)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      fmt::format("request {}: {} is given without the plan or implementation it belongs to; give both", request_id,
                  body.hasScope() ? "scope" : "patches"));
}

absl::Status CheckPlace(schema::Document document, std::string_view to) {
  const std::string_view place = PlaceOf(document);
  if (place.empty() || place == to) return absl::OkStatus();
  return absl::InvalidArgumentError(
      fmt::format("a text comes with the move to {}, where it can only go with the one to "
                  "{}; leave it out",
                  to, place));
}

absl::Status Begin(const DecisionInput& input, schema::Created::Builder created, EventDraft& draft) {
  const auto body = input.command.getBody().getCreateRequest();
  auto move = created.initRequest();
  move.setDocument(schema::Document::REQUEST);
  if (body.hasRunId()) {
    RETURN_IF_ERROR(NeedRun(input.rows, View(body.getRunId())).status());
    move.setRunId(body.getRunId());
  }
  draft.text = View(body.getRequest());
  draft.origin = EventDraft::Origin::kProduced;
  return absl::OkStatus();
}

absl::StatusOr<std::string> Carry(const DecisionInput& input, bool by_engine, const GuardInput& seen,
                                  std::string_view to, schema::Transitioned::Builder moved, EventDraft& draft) {
  if (by_engine) return "";
  const auto body = input.command.getBody().getTransitionRequest();
  using schema::Document;
  ASSIGN_OR_RETURN(const Brought brought, OneOf({{Document::NONE, draft.text},
                                                 {Document::PLAN, View(body.getPlan())},
                                                 {Document::IMPLEMENTATION, View(body.getImplementation())},
                                                 {Document::REVIEW, View(body.getReview())},
                                                 {Document::VERIFICATION_RESULT, View(body.getVerificationResult())}},
                                                View(body.getRequestId())));
  RETURN_IF_ERROR(CheckPlace(brought.document, to));
  RETURN_IF_ERROR(CheckBeside(body, brought, View(body.getRequestId())));
  const bool approves = to == "plan_approved" || to == "implementation_approved";
  if (!approves && !body.hasRunId() && brought.document == Document::NONE) return "";
  auto move = moved.initRequest();
  RETURN_IF_ERROR(FillShown(body, brought, *seen.request, input.rows, move, draft));
  if (approves) {
    if (body.hasDigest()) move.setDigest(body.getDigest());
    move.setAuthority(body.hasAuthority() ? body.getAuthority() : "own");
  }
  return "";
}

// What waits for approval is changed in place: its digest is another from then on. What was approved does not change.
Decision Amend(const DecisionInput& input) {
  const auto body = input.command.getBody().getAmendRequest();
  using schema::Document;
  ASSIGN_OR_RETURN(Entity request, NeedEntity(kRequestLaw, {.id = View(body.getRequestId())}, input));
  ASSIGN_OR_RETURN(const Brought brought, OneOf({{Document::PLAN, View(body.getPlan())},
                                                 {Document::IMPLEMENTATION, View(body.getImplementation())}},
                                                request.id));
  RETURN_IF_ERROR(CheckBeside(body, brought, request.id));
  if (brought.document == Document::NONE && !body.hasRunId()) {
    return absl::InvalidArgumentError(
        fmt::format("request {}: nothing is given to be changed; give plan, implementation or run_id", request.id));
  }
  const std::string_view status = request.state.status;
  std::string why;
  if (request.machine.IsTerminal(status)) {
    why = fmt::format("{} is final", status);
  } else if (brought.document != Document::NONE && status != PlaceOf(brought.document)) {
    why = fmt::format("{} is changed only while it waits for approval",
                      brought.document == Document::PLAN ? "a plan" : "an implementation");
  }
  if (!why.empty()) {
    return RefuseTransition(
        {.machine = request.machine, .entity = request.id, .from = status, .to = status, .trigger = "amend"},
        std::move(why));
  }
  EventDraft& draft = input.drafts.Add({});
  draft.stream = request.stream;
  auto amended = draft.event.initBody().initAmended();
  SetName(amended.getMachine(), request.machine.name());
  amended.setEntity(AsText(request.id));
  RETURN_IF_ERROR(FillShown(body, brought, *request.seen.request, input.rows, amended.initRequest(), draft));
  return std::nullopt;
}

}  // namespace

const EntityLaw kRequestLaw = {.machine = RequestMachine,
                               .stream_prefix = "request/",
                               .list_command = "annals request list",
                               .find = FindEntity<&Rows::requests, &GuardInput::request>,
                               .begin = Begin,
                               .carry = Carry};

Decision DecideRequest(const DecisionInput& input) {
  const auto body = input.command.getBody();
  if (body.isAmendRequest()) return Amend(input);
  if (body.isCreateRequest()) {
    EntityCommand create = EntityCommandOf(body.getCreateRequest(), body.getCreateRequest().getRequestId());
    // One without a name of its own goes by the name that the engine made for it.
    if (create.id.empty()) create.id = input.new_id;
    return CreateEntity(kRequestLaw, create, input);
  }
  const auto move = body.getTransitionRequest();
  return MoveEntity(kRequestLaw, EntityCommandOf(move, move.getRequestId()), input);
}

}  // namespace annals
