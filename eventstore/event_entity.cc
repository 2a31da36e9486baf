#include "eventstore/event_entity.h"

#include "eventstore/event_codec.h"
#include "eventstore/types.h"

namespace annals {
namespace {

using Body = schema::Event::Body;

// "r1" of "run/r1"; "deploy/x" of "entity/deploy/x".
std::string_view AfterSlash(std::string_view stream) {
  return stream.substr(stream.find('/') + 1);
}

}  // namespace

std::string_view MachineOf(Body::Reader body) {
  if (body.isTransitioned()) return View(body.getTransitioned().getMachine());
  if (body.isCreated()) return View(body.getCreated().getMachine());
  if (body.isAmended()) return View(body.getAmended().getMachine());
  return {};
}

EntityRef EntityOf(schema::Event::Reader event, std::string_view stream) {
  const auto body = event.getBody();
  const std::string_view ws_id = View(event.getWsId());
  switch (body.which()) {
    case Body::RUN_CREATED:
      return {"run", AfterSlash(stream)};
    case Body::WORKSTREAM_CREATED:
      return {"workstream", ws_id};
    case Body::TRANSITIONED: {
      const auto moved = body.getTransitioned();
      const std::string_view machine = View(moved.getMachine());
      if (moved.hasEntity()) return {machine, View(moved.getEntity())};
      return {machine, machine == "run" ? AfterSlash(stream) : ws_id};
    }
    case Body::CREATED:
      return {View(body.getCreated().getMachine()), View(body.getCreated().getEntity())};
    case Body::AMENDED:
      return {View(body.getAmended().getMachine()), View(body.getAmended().getEntity())};
    case Body::COMMAND_REFUSED:
      return {View(body.getCommandRefused().getMachine()), View(body.getCommandRefused().getEntity())};
    case Body::CHECKPOINT_SAVED:
      if (!ws_id.empty()) return {"workstream", ws_id};
      return {"request", AfterSlash(stream)};
    case Body::MACHINE_DEFINED:
      return {"machine", AfterSlash(stream)};
    case Body::STEP_STARTED:
    case Body::STEP_COMPLETED:
    case Body::ERROR_RECORDED:
      return {"workstream", ws_id};
    case Body::NOTED:
    case Body::CONTENT_REDACTED:
    case Body::UNKNOWN:
      return {};
  }
  return {};
}

}  // namespace annals
