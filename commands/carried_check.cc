#include "commands/carried_check.h"

#include <fmt/format.h>

#include "commands/conditions.h"
#include "eventstore/event_codec.h"

namespace annals {
namespace {

// A text that comes with a move, or later.
std::string CheckDocument(schema::Document document, std::string_view state) {
  if (document == schema::Document::REQUEST) return "what was asked for does not change";
  const std::string_view place = PlaceOf(document);
  if (place.empty() || place == state) return "";
  return fmt::format("it brings a text that may come or change only in {}, not in {}", place, state);
}

}  // namespace

std::string CheckCarried(const EntityLaw& law, const FoldedEvent& event, const GuardInput& seen) {
  const auto moved = event.moved;
  const std::string_view to = View(moved.getTo());
  if (&law == &kRequestLaw) return CheckDocument(moved.getRequest().getDocument(), to);
  if (&law != &kTaskLaw) return "";
  const auto claim = moved.getTask();
  if (to == "running" && claim.getEpoch() != seen.task->epoch + 1) {
    return fmt::format("its claim has the epoch {}, the next one is {}", claim.getEpoch(), seen.task->epoch + 1);
  }
  const Timestamp retry_at{event.time().micros + RetryWaitSeconds(*seen.task) * 1'000'000};
  if (to == "retrying" && claim.getRetryAt() != retry_at.micros) {
    return fmt::format("it is to be tried again at {}, the law says {}", FormatTimestamp({claim.getRetryAt()}),
                       FormatTimestamp(retry_at));
  }
  return "";
}

std::string CheckAmended(const EntityLaw& law, schema::Amended::Reader amended, std::string_view status,
                         const GuardInput& seen) {
  if (&law == &kWorkerLaw && amended.hasWorker()) {
    const bool gives_up = amended.getWorker().getClaim() == schema::Claim::RELEASED;
    return gives_up && seen.worker->current_load == 0 ? "it gives up a task and holds none" : "";
  }
  if (&law == &kCircuitBreakerLaw && amended.hasCircuitBreaker()) {
    return status == "open" ? "its tool is not used while it is open" : "";
  }
  if (&law == &kRequestLaw && amended.hasRequest()) {
    return CheckDocument(amended.getRequest().getDocument(), status);
  }
  return fmt::format("nothing of a {} changes like that", law.machine().name());
}

}  // namespace annals
