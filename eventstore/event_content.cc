#include "eventstore/event_content.h"

#include "schemas/status.h"

namespace annals {
namespace {

// By what that kind of event can have: nobody knows any more what it had.
ContentView RedactedContent(schema::Event::Body::Which which) {
  constexpr std::string_view kJson = R"({"redacted":true})", kText = "[redacted]";
  switch (which) {
    case schema::Event::Body::RUN_CREATED:
    case schema::Event::Body::WORKSTREAM_CREATED:
    case schema::Event::Body::STEP_COMPLETED:
    case schema::Event::Body::NOTED:
      return {.json = kJson, .text = {}};
    case schema::Event::Body::ERROR_RECORDED:
      return {.json = kJson, .text = kText};
    default:
      return {.json = {}, .text = kText};
  }
}

}  // namespace

absl::StatusOr<ContentView> ContentOf(schema::Event::Reader event, std::optional<std::string_view> kept,
                                      ContentDecoder& decoder, BrokenPointers broken) {
  const auto content = event.getContent();
  if (content.isInline()) {
    return ContentView{.json = View(content.getInline().getJson()), .text = View(content.getInline().getText())};
  }
  if (!content.isKept()) return ContentView{};
  if (!kept) return absl::DataLossError("its content is gone; annals verify shows what was altered");
  if (kept->empty()) return RedactedContent(event.getBody().which());
  const absl::StatusOr<schema::Content::Reader> decoded = decoder.Decode(*kept, broken);
  if (!decoded.ok()) return WithContext(decoded.status(), "its content");
  return ContentView{.json = View(decoded->getJson()), .text = View(decoded->getText())};
}

}  // namespace annals
