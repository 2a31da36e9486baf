// Patches: their diff is read when they are proposed, and what its validation found is stated when they are moved.
#include <fmt/format.h>

#include "commands/claim.h"
#include "commands/decision.h"
#include "commands/diff_format.h"
#include "commands/entity_law.h"
#include "eventstore/event_codec.h"
#include "eventstore/patch_statement.h"
#include "eventstore/sha256.h"
#include "schemas/status.h"

namespace annals {
namespace {

void FillSummary(const DiffSummary& summary, schema::PatchSpec::Builder spec) {
  auto files = spec.initFiles(static_cast<uint32_t>(summary.files.size()));
  for (uint32_t i = 0; i < files.size(); ++i) files.set(i, AsText(summary.files[i]));
  spec.setLinesAdded(static_cast<uint32_t>(summary.lines_added));
  spec.setLinesRemoved(static_cast<uint32_t>(summary.lines_removed));
}

absl::StatusOr<std::string> Check(std::string_view run_id, schema::Created::Reader created, Rows& rows) {
  const auto spec = created.getPatch();
  return AgainstWork(View(spec.getTaskId()), KeptClaim(spec.getEpoch()), run_id, rows);
}

absl::Status Begin(const DecisionInput& input, schema::Created::Builder created, EventDraft& draft) {
  const auto body = input.command.getBody().getCreatePatch();
  auto spec = created.initPatch();
  if (body.hasTaskId()) spec.setTaskId(body.getTaskId());
  RETURN_IF_ERROR(CheckClaim(ClaimIn(body), input.rows));
  spec.setEpoch(EpochToKeep(ClaimIn(body)));
  if (body.hasTool()) spec.setTool(body.getTool());
  spec.setFormat(body.getFormat());
  const std::string_view diff = View(body.getDiff());
  spec.setDiffHash(AsText(HexOf(Sha256({diff}))));
  const auto read = ReadDiff(
      diff, body.getFormat() == schema::PatchFormat::GIT_PATCH ? DiffFormat::kGitPatch : DiffFormat::kUnifiedDiff);
  if (const auto* const summary = std::get_if<DiffSummary>(&read)) {
    FillSummary(*summary, spec);
  } else {
    const DiffFault& fault = std::get<DiffFault>(read);
    spec.setFormatFault(AsText(fmt::format("line {}: {}", fault.line, fault.what)));
  }
  draft.text = diff;
  draft.origin = EventDraft::Origin::kProduced;
  return absl::OkStatus();
}

std::optional<bool> Stated(bool is_stated, schema::OptionalBool::Reader value) {
  if (!is_stated) return std::nullopt;
  return value.getValue();
}

// Whether the law asks for the circuit breaker of its tool. That lives in another stream: the event says what was seen
// of it, so that whoever judges the event later knows.
bool AsksForBreaker(std::string_view from, std::string_view to) {
  return from == "staged" ? to == "applied" || to == "blocked" : from == "blocked" && to == "staged";
}

absl::StatusOr<std::string> Carry(const DecisionInput& input, bool by_engine, const GuardInput& seen,
                                  std::string_view to, schema::Transitioned::Builder moved, EventDraft&) {
  const PatchRow& patch = *seen.patch;
  if (!by_engine) {
    const auto body = input.command.getBody().getTransitionPatch();
    const PatchStatement stated{Stated(body.hasScopePassed(), body.getScopePassed()),
                                Stated(body.hasConstraintsPassed(), body.getConstraintsPassed()),
                                Stated(body.hasTestsPassed(), body.getTestsPassed())};
    if (!stated.IsEmpty()) FillStatement(stated, patch.status, moved.initPatch());
  }
  if (!AsksForBreaker(patch.status, to)) return "";
  ASSIGN_OR_RETURN(const std::string breaker, BreakerSeen(patch, input.rows));
  if (breaker.empty()) return "";
  auto move = moved.hasPatch() ? moved.getPatch() : moved.initPatch();
  move.setBreaker(AsText(breaker));
  return "";
}

}  // namespace

const EntityLaw kPatchLaw = {.machine = PatchMachine,
                             .stream_prefix = {},
                             .list_command = "annals patch list",
                             .find = FindEntity<&Rows::patches, &GuardInput::patch>,
                             .begin = Begin,
                             .check = Check,
                             .carry = Carry};

Decision DecidePatch(const DecisionInput& input) {
  const auto body = input.command.getBody();
  if (body.isCreatePatch()) {
    return CreateEntity(kPatchLaw, EntityCommandOf(body.getCreatePatch(), body.getCreatePatch().getPatchId()), input);
  }
  const auto move = body.getTransitionPatch();
  return MoveEntity(kPatchLaw, EntityCommandOf(move, move.getPatchId()), input);
}

}  // namespace annals
