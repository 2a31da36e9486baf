// What an event is about, whatever its kind.
#pragma once

#include <string_view>

#include "schemas/event.capnp.h"

namespace annals {

// Both are empty where the event is about no entity of a machine (notes, redactions). Views live as long as the event
// and its stream.
struct EntityRef {
  std::string_view machine;  // "run", "workstream", "task", …; "machine" for a definition; of a refusal as it says
  std::string_view id;
};
EntityRef EntityOf(schema::Event::Reader event, std::string_view stream);

// The machine of a created, transitioned or amended event; empty of any other.
std::string_view MachineOf(schema::Event::Body::Reader body);

// Whether the law was set aside. A move by hand names an operator too, but is lawful.
inline bool IsOverride(schema::Transitioned::Reader moved) {
  return moved.hasOperator() && !moved.getByHand();
}

}  // namespace annals
