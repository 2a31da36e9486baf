#include "commands/why_moves.h"

#include <algorithm>

#include <capnp/message.h>
#include <fmt/format.h>

#include "commands/entity_law.h"
#include "commands/machine_shelf.h"
#include "commands/target.h"
#include "schemas/status.h"

namespace annals::why {
namespace {

enum class Override { kNo, kYes };

// Why the law refuses the command, in its own words; nothing where it takes it.
absl::StatusOr<std::optional<Refusal>> Ask(const Inquiry& inquiry, const Candidate& candidate, Override override) {
  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<schema::Command>();
  candidate.fill(command);
  if (override == Override::kYes) {
    // Its reason stays away: it would be a second text beside a plan that the candidate brings.
    command.initOverride().setOperator("somebody");
  }
  Target target;
  RETURN_IF_ERROR(FindTarget(
      command.asReader(), inquiry.rows, [] { return std::string(); }, target));
  Drafts drafts;
  MachineShelf machines;
  return target.decide({.command = command.asReader(),
                        .run_id = target.run_id,
                        .new_id = target.new_id,
                        .now = inquiry.now,
                        .rows = inquiry.rows,
                        .machines = machines,
                        .drafts = drafts});
}

class Judge {
 public:
  Judge(const Inquiry& inquiry, const Subject& subject) : inquiry_(inquiry), subject_(subject) {}

  absl::StatusOr<Judged> Of(const Candidate& candidate) {
    Judged judged = Begin(candidate);
    ASSIGN_OR_RETURN(const auto refusal, Ask(inquiry_, candidate, Override::kNo));
    if (!refusal) return judged;
    // What is refused in spite of an override is refused by no guard.
    ASSIGN_OR_RETURN(const auto for_all, Ask(inquiry_, candidate, Override::kYes));
    if (for_all) RETURN_IF_ERROR(AddRule(for_all->why, judged));
    RETURN_IF_ERROR(AddGuards(candidate, judged));
    if (judged.command.objections.empty() && candidate.left_open.empty()) {
      RETURN_IF_ERROR(AddRule(refusal->why, judged));
    }
    return judged;
  }

  absl::StatusOr<Judged> OfGuardsAlone(const Candidate& candidate) {
    Judged judged = Begin(candidate);
    RETURN_IF_ERROR(AddGuards(candidate, judged));
    return judged;
  }

 private:
  static Judged Begin(const Candidate& candidate) {
    return {
        .command = {.to = candidate.to,
                    .trigger = candidate.trigger,
                    .meaning = candidate.meaning,
                    .line = candidate.line,
                    .objections = {}},
        .is_guarded = candidate.edge != nullptr && !std::ranges::all_of(candidate.edge->guards, LooksAtCommandAlone)};
  }

  // What has ended refuses: the run where the words name it, else the entity itself.
  absl::Status AddRule(std::string_view why, Judged& judged) {
    const EntityName run = RunName(subject_.run_id);
    const bool is_about_run = why.find(TextOf(run)) != std::string_view::npos;
    return Add("", why, {.entities = {is_about_run ? run : subject_.name}}, judged);
  }

  absl::Status AddGuards(const Candidate& candidate, Judged& judged) {
    if (candidate.edge == nullptr) return absl::OkStatus();
    // What a caller states is not what holds it up: a reason and an operator count as given.
    GuardInput input{.rows = inquiry_.rows,
                     .now = inquiry_.now,
                     .reason = "stated",
                     .operator_name = "somebody",
                     .to = candidate.edge->to};
    if (const EntityLaw* const law = FindLaw(subject_.name.kind)) {
      RETURN_IF_ERROR(law->find(subject_.run_id, subject_.name.id, input).status());
      if (law->IsInRun()) {
        ASSIGN_OR_RETURN(input.run, inquiry_.rows.Run(subject_.run_id));
        ASSIGN_OR_RETURN(input.workstream, inquiry_.rows.Workstream(subject_.run_id, subject_.ws_id));
      }
    }
    for (const Guard* const guard : candidate.edge->guards) {
      if (guard->name == candidate.left_open) continue;
      ASSIGN_OR_RETURN(const std::string saw, guard->judge(input));
      if (saw.empty()) continue;
      ASSIGN_OR_RETURN(const Evidence evidence, EvidenceOf(*guard, input, inquiry_.snapshot, subject_.name));
      RETURN_IF_ERROR(Add(guard->name, saw, evidence, judged));
    }
    return absl::OkStatus();
  }

  absl::Status Add(std::string_view guard, std::string_view saw, const Evidence& evidence, Judged& judged) {
    ASSIGN_OR_RETURN(Sentence sentence, WithEvidence(saw, evidence, inquiry_.story));
    judged.command.objections.push_back({std::string(guard), std::move(sentence)});
    for (const EntityName& entity : evidence.entities) {
      if (entity != subject_.name) judged.in_the_way.push_back(entity);
    }
    return absl::OkStatus();
  }

  const Inquiry& inquiry_;
  const Subject& subject_;
};

Candidate AlongEdge(const Kind& kind, const Subject& subject, const Edge& edge) {
  const auto edges = subject.machine->EdgesFrom(edge.from);
  // The state alone names the edge, where no other one leads there.
  const bool is_alone = std::ranges::count(edges, edge.to, &Edge::to) == 1;
  Candidate candidate = kind.move(subject, edge.to, is_alone ? std::string_view() : edge.trigger);
  candidate.to = edge.to;
  candidate.trigger = edge.trigger;
  candidate.meaning = edge.meaning;
  candidate.edge = &edge;
  return candidate;
}

}  // namespace

absl::StatusOr<std::vector<Judged>> JudgeMoves(const Inquiry& inquiry, const Kind& kind, const Subject& subject) {
  std::vector<Judged> moves;
  Judge judge(inquiry, subject);
  for (const std::string_view end : kind.ends) {
    Candidate candidate = kind.move(subject, end, {});
    candidate.to = end;
    ASSIGN_OR_RETURN(moves.emplace_back(), judge.Of(candidate));
  }
  if (subject.machine == nullptr) return moves;
  for (const Edge& edge : subject.machine->EdgesFrom(subject.state)) {
    ASSIGN_OR_RETURN(moves.emplace_back(), judge.Of(AlongEdge(kind, subject, edge)));
    moves.back().reaches_start = edge.to == subject.machine->initial();
  }
  return moves;
}

absl::StatusOr<std::vector<Judged>> JudgeRecords(const Inquiry& inquiry, const Kind& kind, const Subject& subject) {
  std::vector<Judged> records;
  Judge judge(inquiry, subject);
  for (const Candidate& candidate : kind.records(subject)) {
    ASSIGN_OR_RETURN(records.emplace_back(), judge.Of(candidate));
  }
  return records;
}

absl::StatusOr<std::vector<Judged>> JudgeGuardsFrom(const Inquiry& inquiry, const Kind& kind, const Subject& subject,
                                                    std::string_view from) {
  std::vector<Judged> moves;
  Judge judge(inquiry, subject);
  for (const Edge& edge : subject.machine->EdgesFrom(from)) {
    ASSIGN_OR_RETURN(moves.emplace_back(), judge.OfGuardsAlone(AlongEdge(kind, subject, edge)));
  }
  return moves;
}

absl::StatusOr<OverrideOutcome> JudgeOverride(const Inquiry& inquiry, const Kind& kind, const Subject& subject,
                                              Position since) {
  const auto none = [](std::string_view why, Position position) {
    return OverrideOutcome{
        false, {}, {fmt::format("not even by an override: {} ({})", why, position.value), {position}}};
  };
  std::optional<Refusal> refusal;
  for (const std::string_view state : subject.machine->states()) {
    if (state == subject.state) continue;
    ASSIGN_OR_RETURN(refusal, Ask(inquiry, kind.move(subject, state, {}), Override::kYes));
    if (refusal) break;
  }
  if (!refusal) {
    return OverrideOutcome{
        true,
        kind.move(subject, "STATE", {}).line + " --override --operator NAME --reason TEXT",
        {fmt::format("An override reaches any state, as {} is not final ({}).", subject.state, since.value), {since}}};
  }
  ASSIGN_OR_RETURN(const RunRow* const run, inquiry.rows.Run(subject.run_id));
  if (subject.is_final || run == nullptr || !run->IsFinal()) return none(refusal->why, since);
  ASSIGN_OR_RETURN(const Position ended, inquiry.story.LastOf(RunName(subject.run_id)));
  return none(refusal->why, ended);
}

}  // namespace annals::why
