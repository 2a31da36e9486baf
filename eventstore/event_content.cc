#include "eventstore/event_content.h"

#include "schemas/status.h"

namespace annals {
namespace {

using Body = schema::Event::Body;

// By what that kind of event can have: nobody knows any more what it had.
ContentView RedactedContent(Body::Reader body) {
  constexpr ContentView kJson = {.json = R"({"redacted":true})", .text = {}};
  constexpr ContentView kText = {.json = {}, .text = kRedactedText};
  constexpr ContentView kBoth = {.json = kJson.json, .text = kText.text};
  switch (body.which()) {
    case Body::RUN_CREATED:
    case Body::WORKSTREAM_CREATED:
    case Body::STEP_COMPLETED:
    case Body::NOTED:
    case Body::CHECKPOINT_SAVED:
      return kJson;
    case Body::ERROR_RECORDED:
      return kBoth;
    case Body::CREATED:
      return IsProduced(body) ? kBoth : kJson;
    case Body::TRANSITIONED:
    case Body::AMENDED:
      return IsProduced(body) ? kBoth : kText;
    default:
      return kText;
  }
}

}  // namespace

bool IsProduced(Body::Reader body) {
  switch (body.which()) {
    case Body::STEP_COMPLETED:
    case Body::ERROR_RECORDED:
    case Body::NOTED:
    case Body::CHECKPOINT_SAVED:
      return true;
    case Body::CREATED:
      return body.getCreated().hasPatch() || body.getCreated().hasRequest();
    case Body::TRANSITIONED:
      return body.getTransitioned().hasTestGate() ||
             body.getTransitioned().getRequest().getDocument() != schema::Document::NONE;
    case Body::AMENDED:
      return body.getAmended().getRequest().getDocument() != schema::Document::NONE;
    default:
      return false;
  }
}

absl::StatusOr<ContentView> ContentOf(schema::Event::Reader event, std::optional<std::string_view> kept,
                                      ContentDecoder& decoder, BrokenPointers broken) {
  const auto content = event.getContent();
  if (content.isInline()) {
    return ContentView{.json = View(content.getInline().getJson()), .text = View(content.getInline().getText())};
  }
  if (!content.isKept()) return ContentView{};
  if (!kept) return absl::DataLossError("its content is gone; annals verify shows what was altered");
  if (kept->empty()) return RedactedContent(event.getBody());
  const absl::StatusOr<schema::Content::Reader> decoded = decoder.Decode(*kept, broken);
  if (!decoded.ok()) return WithContext(decoded.status(), "its content");
  return ContentView{.json = View(decoded->getJson()), .text = View(decoded->getText())};
}

}  // namespace annals
