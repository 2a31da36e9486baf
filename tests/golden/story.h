// The story that the golden databases tell: a fixed list of commands that leads to every type of event, every kind of
// content and a row in every table.
#pragma once

#include <string>
#include <vector>

#include "eventstore/storage.h"

namespace annals::golden {

// Each command is executed in a commit of its own, with a simulated clock and seeded chance.
void TellStory(Storage& storage);

// What is pinned of a database: a line "NAME COUNT SHA-256" for each table, of its rows as text, and one for the log,
// of the records' bytes.
std::string DigestOfStored(Storage& storage);
// The same, but of the tables as the log folds to them.
std::string DigestOfFold(Storage& storage);

}  // namespace annals::golden
