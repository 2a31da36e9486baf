// What events of the machines carry beyond states, looked at again: deciders fill it in, and no guard sees it.
#pragma once

#include <string>
#include <string_view>

#include "commands/entity_law.h"
#include "projections/projector.h"

namespace annals {

// Each is an objection, or "". `seen` shows the entity as it is before the event.

// A move of an entity of `law`, along whatever edge.
std::string CheckCarried(const EntityLaw& law, const FoldedEvent& event, const GuardInput& seen);
// A change of an entity that is in state `status`, beyond that state.
std::string CheckAmended(const EntityLaw& law, schema::Amended::Reader amended, std::string_view status,
                         const GuardInput& seen);

}  // namespace annals
