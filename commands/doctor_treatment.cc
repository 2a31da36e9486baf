#include "commands/doctor_treatment.h"

#include <set>
#include <string>
#include <tuple>
#include <utility>

#include <capnp/message.h>

#include "eventstore/event_codec.h"
#include "schemas/status.h"

namespace annals::doctor {
namespace {

absl::StatusOr<Answer> Give(Engine& engine, const Remedy& remedy, std::string_view actor, TreatmentMode mode) {
  capnp::MallocMessageBuilder message;
  auto command = message.initRoot<schema::Command>();
  command.setActor(AsText(actor));
  command.setDryRun(mode == TreatmentMode::kDryRun);
  remedy(command);
  const schema::Command::Reader reader = command.asReader();
  ASSIGN_OR_RETURN(std::vector<Answer> answers, engine.Execute({&reader, 1}));
  return std::move(answers.front());
}

}  // namespace

absl::StatusOr<std::vector<Treatment>> Treat(Engine& engine, const Question& question, std::string_view actor,
                                             TreatmentMode mode) {
  std::vector<Treatment> treatments;
  std::set<std::tuple<std::string_view, std::string, std::string>> given;  // what was refused once is not asked again
  while (true) {
    std::vector<Finding> findings;
    {
      ASSIGN_OR_RETURN(const auto snapshot, engine.storage().Read());
      ASSIGN_OR_RETURN(findings, Examine(*snapshot, question));
    }
    const size_t before = treatments.size();
    // What was found of an entity does not hold any more once it was moved.
    std::set<std::tuple<std::string_view, std::string, std::string>> moved;
    for (Finding& finding : findings) {
      if (finding.remedy == nullptr) continue;
      if (!moved.emplace(finding.kind.entity_type, finding.run_id, finding.entity_id).second) continue;
      if (!given.emplace(finding.kind.name, finding.run_id, finding.entity_id).second) continue;
      ASSIGN_OR_RETURN(Answer answer, Give(engine, finding.remedy, actor, mode));
      treatments.push_back({std::move(finding), std::move(answer)});
    }
    if (treatments.size() == before || mode == TreatmentMode::kDryRun) return treatments;
  }
}

}  // namespace annals::doctor
