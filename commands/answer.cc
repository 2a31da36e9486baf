#include "commands/answer.h"

#include <fmt/format.h>

#include "eventstore/event_codec.h"
#include "eventstore/event_entity.h"
#include "schemas/step_status.h"

namespace annals {

std::string RefusalText(const Refusal& refusal) {
  std::string move;
  if (!refusal.from.empty() && !refusal.to.empty()) {
    move = fmt::format(" from {} to {}", refusal.from, refusal.to);
  } else if (!refusal.to.empty()) {
    move = fmt::format(" to {}", refusal.to);
  }
  return fmt::format("{} {}{}: refused: {}", refusal.machine, refusal.entity, move, refusal.why);
}

absl::Status ProblemOf(const Answer& answer) {
  if (const auto* const status = std::get_if<absl::Status>(&answer)) return *status;
  const Refusal* refusal = nullptr;
  if (const auto* const refused = std::get_if<Refused>(&answer)) {
    refusal = &refused->refusal;
  } else if (const auto* const preview = std::get_if<Preview>(&answer); preview != nullptr && preview->refusal) {
    refusal = &*preview->refusal;
  }
  return refusal == nullptr ? absl::OkStatus() : absl::FailedPreconditionError(RefusalText(*refusal));
}

void AnswerBuilder::Add(Position position, std::string_view stream, StreamVersion version,
                        schema::Event::Reader event) {
  const EntityRef entity = EntityOf(event, stream);
  if (empty_) {
    receipt_.first_position = position;
    receipt_.stream = stream;
    receipt_.run_id = RunOfStream(stream).value_or("");
    receipt_.ws_id = View(event.getWsId());
    receipt_.machine = entity.machine;
    receipt_.entity = entity.id;
  }
  receipt_.last_position = position;
  if (stream == receipt_.stream) receipt_.version = version;
  // The entity of the first event is what the command was about; later ones may be about those it affects.
  if (entity.machine == receipt_.machine && entity.id == receipt_.entity) AddBody(position, event);
  empty_ = false;
}

void AnswerBuilder::AddBody(Position position, schema::Event::Reader event) {
  const auto body = event.getBody();
  if (body.isRunCreated() || body.isWorkstreamCreated()) {
    receipt_.state = "pending";
  } else if (body.isCreated()) {
    receipt_.state = View(body.getCreated().getInitial());
  } else if (body.isMachineDefined()) {
    receipt_.state = View(body.getMachineDefined().getVersion());
  } else if (body.isTransitioned()) {
    receipt_.state = View(body.getTransitioned().getTo());
    if (receipt_.state == "running") receipt_.epoch = body.getTransitioned().getTask().getEpoch();
  } else if (body.isStepStarted()) {
    receipt_.state = StepStatusName(schema::StepStatus::IN_PROGRESS);
    receipt_.attempt_id = static_cast<int64_t>(position.value);
  } else if (body.isStepCompleted()) {
    const auto completed = body.getStepCompleted();
    receipt_.state = StepStatusName(completed.getStatus());
    receipt_.attempt_id = static_cast<int64_t>(completed.getAttempt() != 0 ? completed.getAttempt() : position.value);
  } else if (body.isCommandRefused()) {
    const auto refused = body.getCommandRefused();
    Refusal refusal{.machine = std::string(View(refused.getMachine())),
                    .entity = std::string(View(refused.getEntity())),
                    .from = std::string(View(refused.getFrom())),
                    .to = std::string(View(refused.getTo())),
                    .trigger = std::string(View(refused.getTrigger())),
                    .why = std::string(View(refused.getWhy())),
                    .legal = {},
                    .ws_id = std::string(View(event.getWsId()))};
    for (const auto state : refused.getLegal()) refusal.legal.emplace_back(View(state));
    refused_ = Refused{std::move(refusal), position};
  }
}

Answer AnswerBuilder::Take(bool repeat) {
  if (refused_) {
    refused_->repeat = repeat;
    refused_->stream = receipt_.stream;
    return *std::move(refused_);
  }
  receipt_.repeat = repeat;
  return std::move(receipt_);
}

}  // namespace annals
