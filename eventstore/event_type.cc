#include "eventstore/event_type.h"

#include "eventstore/event_codec.h"

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
      scratch += body.getTransitioned().hasOperator() ? "_overridden" : "_transitioned";
      return scratch;
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

}  // namespace annals
