// Requests: plans and implementations are shown, approved by the digest of exactly what was shown, or rejected.
#include <absl/strings/ascii.h>
#include <fmt/format.h>

#include "commands/conditions.h"
#include "commands/decision.h"
#include "commands/entity_law.h"
#include "eventstore/event_codec.h"
#include "eventstore/event_content.h"
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
absl::Status FillPatches(const std::vector<std::string>& patches, std::string_view run_id, Rows& rows,
                         schema::RequestMove::Builder move) {
  if (patches.empty()) return absl::OkStatus();
  if (run_id.empty()) {
    return absl::InvalidArgumentError("patches are given, but the request is linked to no run; give run_id");
  }
  auto listed = move.initPatches(static_cast<uint32_t>(patches.size()));
  for (uint32_t i = 0; i < listed.size(); ++i) {
    const std::string_view patch_id = patches[i];
    ASSIGN_OR_RETURN(const GuardInput named, NeedNamed(kPatchLaw, run_id, patch_id, rows));
    listed.set(i, AsText(fmt::format("{}={}", patch_id, named.patch->diff_hash)));
  }
  return absl::OkStatus();
}

std::vector<std::string> NamesOf(capnp::List<capnp::Text>::Reader patches) {
  std::vector<std::string> names;
  for (const auto patch : patches) names.emplace_back(View(patch));
  return names;
}

// Of a column that lists them with their hashes.
std::vector<std::string> NamesOf(std::string_view patches_column) {
  std::vector<std::string> names;
  for (const std::string_view patch : NamesIn(patches_column)) names.emplace_back(patch.substr(0, patch.find('=')));
  return names;
}

template <class Body>
absl::Status FillRun(Body body, Rows& rows, schema::RequestMove::Builder move) {
  if (!body.hasRunId()) return absl::OkStatus();
  RETURN_IF_ERROR(NeedRun(rows, View(body.getRunId())).status());
  move.setRunId(body.getRunId());
  return absl::OkStatus();
}

// The run that does the work from here on.
template <class Body>
std::string RunAfter(Body body, const RequestRow& request) {
  return body.hasRunId() ? std::string(View(body.getRunId())) : request.run_id.value_or("");
}

// A text, with what is shown and approved beside it.
struct Shown {
  Brought brought;
  std::string_view scope;
  std::vector<std::string> patches;
};

absl::Status FillShown(const Shown& shown, std::string_view run_id, Rows& rows, schema::RequestMove::Builder move,
                       EventDraft& draft) {
  move.setDocument(shown.brought.document);
  draft.text = shown.brought.text;
  draft.json = shown.scope;
  draft.origin = EventDraft::Origin::kProduced;
  return FillPatches(shown.patches, run_id, rows, move);
}

bool IsShown(schema::Document document) {
  return document == schema::Document::PLAN || document == schema::Document::IMPLEMENTATION;
}

bool IsApproved(std::string_view state) {
  return state == "plan_approved" || state == "implementation_approved";
}

// What the move has no place for is not dropped without a word.
absl::Status CheckBelongs(schema::TransitionRequest::Reader body, schema::Document document, std::string_view to) {
  const auto fault = [&](std::string_view what) {
    return absl::InvalidArgumentError(fmt::format("request {}: {}", View(body.getRequestId()), what));
  };
  if (!IsShown(document) && (body.hasScope() || body.hasPatches())) {
    return fault("scope and patches go with a plan or an implementation only; give one, or leave them out");
  }
  if ((body.hasDigest() || body.hasAuthority()) && !IsApproved(to)) {
    return fault("digest and authority go with an approval only; leave them out");
  }
  if (View(body.getAuthority()) == kOverrideAuthority) {
    return fault("the authority override is that of overrides alone; name another");
  }
  return absl::OkStatus();
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
  if (View(body.getRequest()).find_first_not_of(" \t\r\n") == std::string_view::npos) {
    return absl::InvalidArgumentError(
        fmt::format("create request {}: request is empty; say what is asked for", View(created.getEntity())));
  }
  auto move = created.initRequest();
  move.setDocument(schema::Document::REQUEST);
  RETURN_IF_ERROR(FillRun(body, input.rows, move));
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
  RETURN_IF_ERROR(CheckBelongs(body, brought.document, to));
  if (!IsApproved(to) && !body.hasRunId() && brought.document == Document::NONE) return "";
  auto move = moved.initRequest();
  RETURN_IF_ERROR(FillRun(body, input.rows, move));
  if (brought.document != Document::NONE) {
    const Shown shown{brought, View(body.getScope()), NamesOf(body.getPatches())};
    RETURN_IF_ERROR(FillShown(shown, RunAfter(body, *seen.request), input.rows, move, draft));
  }
  if (!IsApproved(to)) return "";
  if (input.command.hasOverride()) {
    // It looks at no digest, and nobody's authority is behind it.
    move.setAuthority(AsText(kOverrideAuthority));
  } else {
    // One in capitals is the same digest.
    std::string digest(View(body.getDigest()));
    absl::AsciiStrToLower(&digest);
    if (body.hasDigest()) move.setDigest(AsText(digest));
    move.setAuthority(body.hasAuthority() ? body.getAuthority() : "own");
  }
  return "";
}

// What of a request waits for approval.
struct Waiting {
  schema::Document document = schema::Document::NONE;
  std::string_view name = {};
  std::string_view text = {};
  std::string_view scope = {};
};

Waiting WaitingOf(const RequestRow& row) {
  const auto view = [](const std::optional<std::string>& text) {
    return text ? std::string_view(*text) : std::string_view();
  };
  if (row.status == "plan_awaiting_approval") {
    return {schema::Document::PLAN, "plan", view(row.plan), view(row.plan_scope_json)};
  }
  if (row.status == "implementation_awaiting_approval") {
    return {schema::Document::IMPLEMENTATION, "implementation", view(row.implementation),
            view(row.implementation_scope_json)};
  }
  return {};
}

// Whether what waits for approval becomes another. Patches are those of the linked run: with another run they are
// others.
bool ChangesWaiting(schema::AmendRequest::Reader body, const Brought& brought, const RequestRow& row) {
  if (brought.document != schema::Document::NONE || body.hasScope() || body.hasPatches()) return true;
  return body.hasRunId() && row.run_id != View(body.getRunId()) && row.patches != "[]" &&
         WaitingOf(row).document != schema::Document::NONE;
}

// Why it cannot be changed so; empty where it can.
std::string AgainstAmending(const Machine& machine, const RequestRow& row, const Brought& brought,
                            bool changes_waiting) {
  if (machine.IsTerminal(row.status)) return fmt::format("{} is final", row.status);
  if (!changes_waiting) return "";
  const Waiting waiting = WaitingOf(row);
  using schema::Document;
  if (brought.document == Document::PLAN && waiting.document != Document::PLAN) {
    return "a plan is changed only while it waits for approval";
  }
  if (brought.document == Document::IMPLEMENTATION && waiting.document != Document::IMPLEMENTATION) {
    return "an implementation is changed only while it waits for approval";
  }
  if (waiting.document == Document::NONE) {
    return "scope and patches are changed only while a plan or an implementation waits for approval";
  }
  if (brought.document != Document::NONE) return "";
  if (waiting.text.empty()) return fmt::format("there is no {0} yet; give the {0} too", waiting.name);
  if (IsRedacted(waiting.text)) return fmt::format("the {0} was redacted; give the {0} anew", waiting.name);
  return "";
}

// What is shown from here on: what is given, and of the rest what was shown before.
Shown Amended(schema::AmendRequest::Reader body, const Brought& brought, const RequestRow& row) {
  const Waiting waiting = WaitingOf(row);
  Shown shown{.brought = brought, .scope = waiting.scope, .patches = NamesOf(row.patches)};
  if (IsRedacted(waiting.text)) shown.scope = {};
  if (brought.document == schema::Document::NONE) shown.brought = {waiting.document, waiting.text};
  // An empty one is none.
  if (body.hasScope()) shown.scope = View(body.getScope()) == "{}" ? std::string_view() : View(body.getScope());
  if (body.hasPatches()) shown.patches = NamesOf(body.getPatches());
  return shown;
}

// What waits for approval is changed in place: its digest is another from then on. What was approved does not change.
Decision Amend(const DecisionInput& input) {
  const auto body = input.command.getBody().getAmendRequest();
  using schema::Document;
  ASSIGN_OR_RETURN(Entity request, NeedEntity(kRequestLaw, {.id = View(body.getRequestId())}, input));
  const RequestRow& row = *request.seen.request;
  ASSIGN_OR_RETURN(const Brought brought, OneOf({{Document::PLAN, View(body.getPlan())},
                                                 {Document::IMPLEMENTATION, View(body.getImplementation())}},
                                                request.id));
  const bool changes_waiting = ChangesWaiting(body, brought, row);
  if (!changes_waiting && !body.hasRunId()) {
    return absl::InvalidArgumentError(fmt::format(
        "request {}: nothing is given to be changed; give plan, implementation, scope, patches or run_id", request.id));
  }
  if (std::string why = AgainstAmending(request.machine, row, brought, changes_waiting); !why.empty()) {
    return RefuseTransition(
        {.machine = request.machine, .entity = request.id, .from = row.status, .to = row.status, .trigger = "amend"},
        std::move(why));
  }
  EventDraft& draft = input.drafts.Add({});
  draft.stream = request.stream;
  auto amended = draft.event.initBody().initAmended();
  SetName(amended.getMachine(), request.machine.name());
  amended.setEntity(AsText(request.id));
  auto move = amended.initRequest();
  RETURN_IF_ERROR(FillRun(body, input.rows, move));
  if (!changes_waiting) return std::nullopt;
  RETURN_IF_ERROR(FillShown(Amended(body, brought, row), RunAfter(body, row), input.rows, move, draft));
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
