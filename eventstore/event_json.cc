#include "eventstore/event_json.h"

#include <capnp/dynamic.h>

#include "eventstore/packing.h"
#include "schemas/content_names.h"
#include "schemas/status.h"

namespace annals {
absl::Status WritePayload(schema::Event::Reader event, const ContentView& content, JsonWriter& out) {
  const auto body = event.getBody();
  if (body.isNoted()) {
    content.json.empty() ? out.BeginObject().EndObject() : out.Raw(content.json);
    return absl::OkStatus();
  }
  out.BeginObject();
  const auto fields = capnp::toDynamic(event).get("body").as<capnp::DynamicStruct>();
  KJ_IF_MAYBE (active, fields.which()) {
    if (active->getType().isStruct()) RETURN_IF_ERROR(WriteFields(fields.get(*active).as<capnp::DynamicStruct>(), out));
  }
  const ContentNames names = ContentNamesOf(body.which());
  if (!content.json.empty()) out.Key(names.json).Raw(content.json);
  if (!content.text.empty()) out.Key(names.text).String(content.text);
  out.EndObject();
  return absl::OkStatus();
}

absl::StatusOr<std::string> PayloadReader::Json(std::string_view payload) {
  ASSIGN_OR_RETURN(const std::string_view event_bytes, FirstPacked(payload));
  ASSIGN_OR_RETURN(const schema::Event::Reader event, events_.Decode(event_bytes));
  ASSIGN_OR_RETURN(const ContentView content, ContentOf(event, payload.substr(event_bytes.size()), contents_));
  JsonWriter out;
  RETURN_IF_ERROR(WritePayload(event, content, out));
  return out.Take();
}

}  // namespace annals
