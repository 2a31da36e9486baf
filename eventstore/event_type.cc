#include "eventstore/event_type.h"

#include <algorithm>
#include <iterator>

#include "eventstore/event_codec.h"
#include "eventstore/event_entity.h"

namespace annals {

std::string_view EventTypeOf(schema::Event::Reader event, std::string& scratch) {
  const auto body = event.getBody();
  switch (body.which()) {
    case schema::Event::Body::UNKNOWN:
      break;
    case schema::Event::Body::RUN_CREATED:
      return "run_created";
    case schema::Event::Body::WORKSTREAM_CREATED:
      return "workstream_created";
    case schema::Event::Body::TRANSITIONED:
      scratch.assign(View(body.getTransitioned().getMachine()));
      scratch += IsOverride(body.getTransitioned()) ? "_overridden" : "_transitioned";
      return scratch;
    case schema::Event::Body::CREATED:
      scratch.assign(View(body.getCreated().getMachine()));
      scratch += "_created";
      return scratch;
    case schema::Event::Body::AMENDED:
      scratch.assign(View(body.getAmended().getMachine()));
      scratch += "_amended";
      return scratch;
    case schema::Event::Body::CHECKPOINT_SAVED:
      return "checkpoint_saved";
    case schema::Event::Body::MACHINE_DEFINED:
      return "machine_defined";
    case schema::Event::Body::COMMAND_REFUSED:
      return "command_refused";
    case schema::Event::Body::STEP_STARTED:
      return "step_started";
    case schema::Event::Body::STEP_COMPLETED:
      return "step_completed";
    case schema::Event::Body::ERROR_RECORDED:
      return "error_recorded";
    case schema::Event::Body::NOTED:
      return View(body.getNoted().getEventType());
    case schema::Event::Body::CONTENT_REDACTED:
      return "content_redacted";
  }
  return "unknown";
}

bool IsEngineEventType(std::string_view name) {
  static constexpr std::string_view kNames[] = {"command_refused",  "step_started",     "step_completed",
                                                "error_recorded",   "checkpoint_saved", "machine_defined",
                                                "content_redacted", "unknown"};
  return name.ends_with("_created") || name.ends_with("_transitioned") || name.ends_with("_overridden") ||
         name.ends_with("_amended") || std::ranges::find(kNames, name) != std::end(kNames);
}

}  // namespace annals
