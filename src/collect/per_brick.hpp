#pragma once

#include <set>
#include <string_view>
#include <utility>

#include "collect/collector.hpp"
#include "collect/this_node.hpp"

namespace glusterfs_exporter::collect {

/// Asks a question about each brick of this node for which `ask` has something to ask, and keeps the answers
/// together; a brick without a good answer is left out. Returns the first error. One brick's failure,
/// whatever it is, says nothing about the others.
///
/// `ask` takes the LocalBrick and gives an optional Result of the answer: nothing where there is nothing to
/// ask.
template <class Answer, class Ask>
Result<Found> for_each_brick(Run& run, Dated<gluster::PerBrick<Answer>> Facts::*question, Ask ask) {
  gluster::PerBrick<Answer> answers;
  Result<Found> result = Found::something;
  for (const auto& brick : bricks_of_this_node(run.facts)) {
    auto answer = ask(brick);
    if (!answer) {
      continue;
    }
    if (*answer) {
      answers.emplace(brick.id, **std::move(answer));
      continue;
    }
    if (answer->error().kind == ErrorKind::cancelled) {
      return std::unexpected(std::move(answer->error()));
    }
    if (result) {
      result = std::unexpected(std::move(answer->error()));
    }
  }
  run.put(question, std::move(answers));
  return result;
}

/// The names of the volumes of which `holds` is true. They point into the run's facts.
inline std::set<std::string_view> volumes_where(const Facts& facts,
                                                bool (*holds)(const gluster::VolumeRecord&)) {
  std::set<std::string_view> names;
  if (facts.topology.value != nullptr) {
    for (const auto& volume : *facts.topology.value) {
      if (holds(volume)) {
        names.insert(volume.name);
      }
    }
  }
  return names;
}

/// The process that serves the brick; null when none does or it is not known.
inline const gluster::BrickProcess* process_of(const Run& run, const model::BrickId& id) {
  const auto* processes = run.facts.processes.at(run.now);
  if (processes == nullptr) {
    return nullptr;
  }
  const auto found = processes->bricks.find(id);
  return found == processes->bricks.end() ? nullptr : &found->second;
}

}  // namespace glusterfs_exporter::collect
