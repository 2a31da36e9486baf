#include "schemas/content_names.h"

namespace annals {

ContentNames ContentNamesOf(schema::Event::Body::Which which) {
  using Body = schema::Event::Body;
  switch (which) {
    case Body::RUN_CREATED:
    case Body::WORKSTREAM_CREATED:
      return {"metadata", "reason"};
    case Body::STEP_COMPLETED:
      return {"result", "reason"};
    case Body::ERROR_RECORDED:
      return {"context", "message"};
    case Body::CREATED:
      return {"metadata", "text"};
    case Body::TRANSITIONED:
    case Body::AMENDED:
      return {"detail", "reason"};
    case Body::CHECKPOINT_SAVED:
      return {"data", "reason"};
    default:
      return {"payload", "reason"};
  }
}

}  // namespace annals
