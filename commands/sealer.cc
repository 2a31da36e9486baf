#include "commands/sealer.h"

#include <capnp/message.h>

#include "eventstore/event_codec.h"
#include "eventstore/event_type.h"
#include "schemas/sabotage.h"

namespace annals {
namespace {

// What an operator states stands in the event up to this size, above it is kept beside the log (SPEC §10).
constexpr size_t kInlineContentBytes = 1024;

}  // namespace

NewEvent Sealer::Seal(schema::Command::Reader command, const EventTimes& times, EventDraft& draft) {
  NewEvent sealed{.event = {}, .event_type = {}, .ws_id = {}, .recorded_at = times.recorded_at, .content = {}};
  draft.event.setRecordedAt(times.recorded_at.micros);
  if (times.occurred_at.micros != 0) draft.event.setOccurredAt(times.occurred_at.micros);
  if (command.hasActor()) draft.event.setActor(command.getActor());
  if (command.hasCommandId()) draft.event.setCommandId(command.getCommandId());
  if (draft.cause.value != 0) draft.event.setCausation(draft.cause.value);
  const bool keep = (draft.origin == EventDraft::Origin::kProduced && !IsSabotaged("what_tools_print_cannot_go")) ||
                    command.getSensitive() || draft.json.size() + draft.text.size() > kInlineContentBytes;
  const auto fill = [&](schema::Content::Builder content) {
    if (!draft.json.empty()) content.setJson(AsText(draft.json));
    if (!draft.text.empty()) content.setText(AsText(draft.text));
  };
  if (draft.json.empty() && draft.text.empty()) {
    // Nothing was said.
  } else if (!keep) {
    fill(draft.event.initContent().initInline());
  } else {
    capnp::word memory[64] = {};
    capnp::MallocMessageBuilder message(kj::arrayPtr(memory, std::size(memory)));
    const auto content = message.initRoot<schema::Content>();
    fill(content);
    EncodeContent(content.asReader(), content_);
    sealed.content = KeptContent{random_.NewSalt(), content_};
    const Hash digest = SaltedDigest(sealed.content->salt, content_);
    auto reference = draft.event.initContent().initKept();
    reference.setDigest(AsData(BytesOf(digest)));
    reference.setSize(static_cast<uint32_t>(content_.size()));
  }
  EncodeEvent(draft.event.asReader(), event_);
  sealed.event = event_;
  sealed.event_type = EventTypeOf(draft.event.asReader(), event_type_);
  sealed.ws_id = View(draft.event.asReader().getWsId());
  return sealed;
}

}  // namespace annals
