#include "web/dawdlers.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <utility>

#include "web/client_socket.hpp"

namespace glusterfs_exporter::web {
namespace {

using namespace std::chrono_literals;

// Each look asks the kernel about all descriptors.
constexpr auto kLookInterval = 100ms;

}  // namespace

void Dawdlers::watch(std::uint16_t port) {
  thread_ = std::jthread([this, port](const std::stop_token& stop) { run(stop, port); });
}

void Dawdlers::stop() {
  thread_.request_stop();
  if (thread_.joinable()) {
    thread_.join();
  }
}

void Dawdlers::taken() {
  ++taken_;
  if (crowded()) {
    { const std::scoped_lock lock(mutex_); }  // who has looked already sleeps by now
    came_.notify_one();
  }
}

void Dawdlers::busy(const mg_connection* connection) {
  change(connection, 1, 0);
}

void Dawdlers::reads_body(const mg_connection* connection) {
  change(connection, -1, 1);
}

void Dawdlers::body_read(const mg_connection* connection) {
  change(connection, 1, -1);
}

void Dawdlers::idle(const mg_connection* connection) {
  change(connection, -1, 0);
}

void Dawdlers::closing(const mg_connection* connection) {
  change(connection, 1, 0);
}

void Dawdlers::closed(const mg_connection* connection) {
  change(connection, -1, 0);
  --taken_;
}

Dawdlers::Peer Dawdlers::peer_of(const mg_connection* connection) {
  const auto* const info = mg_get_request_info(connection);
  in_addr address{};
  if (info == nullptr || ::inet_pton(AF_INET, info->remote_addr, &address) != 1) {
    return {};
  }
  return {.address = address.s_addr, .port = static_cast<std::uint16_t>(info->remote_port)};
}

void Dawdlers::change(const mg_connection* connection, int busy, int reads_body) {
  const auto peer = peer_of(connection);
  const std::scoped_lock lock(mutex_);
  auto& state = states_[peer];
  state.busy += busy;
  state.reads_body += reads_body;
  if (state.busy == 0 && state.reads_body == 0) {
    states_.erase(peer);
  }
}

void Dawdlers::run(const std::stop_token& stop, std::uint16_t port) {
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex_);
      if (!crowded()) {
        waits_.clear();
      }
      came_.wait(lock, stop, [this] { return crowded(); });
    }
    look(port);
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, stop, kLookInterval, [] { return false; });
  }
}

void Dawdlers::look(std::uint16_t port) {
  auto before = std::exchange(waits_, {});
  const auto now = Clock::now();
  for_each_client(port, [&](int descriptor, const sockaddr_in& address) {
    const Peer peer{.address = address.sin_addr.s_addr, .port = ntohs(address.sin_port)};
    // While it is held no connection is closed, so the descriptor stays that client's.
    const std::scoped_lock lock(mutex_);
    const auto state = states_.find(peer);
    if (state != states_.end() && state->second.busy > 0) {
      return;
    }
    // What can be read waits for a worker, not for the client.
    if (!is_client(descriptor, address, port) || readable_bytes(descriptor) > 0) {
      return;
    }
    const bool body = state != states_.end();
    const Key key{descriptor, peer, body};
    const auto known = before.find(key);
    const auto since = known == before.end() ? now : known->second;
    waits_.emplace(key, since);
    if (now - since >= (body ? limits_.body_patience : limits_.head_patience)) {
      // It can still be told why; civetweb closes it then.
      ::shutdown(descriptor, SHUT_RD);
    }
  });
}

}  // namespace glusterfs_exporter::web
