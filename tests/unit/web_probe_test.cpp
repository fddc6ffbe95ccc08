#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <thread>
#include <utility>

#include "common/unique_fd.hpp"
#include "web/probe.hpp"

namespace glusterfs_exporter::web {
namespace {

using namespace std::chrono_literals;

const auto kNever = [] { return false; };

/// Listens, and does what it is told to with who connects.
class ProbeTest : public testing::Test {
 protected:
  ProbeTest() {
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address_);
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address_), size), 0);
    EXPECT_EQ(::getsockname(listener_.get(), reinterpret_cast<sockaddr*>(&address_), &size), 0);
    EXPECT_EQ(::listen(listener_.get(), 8), 0);
  }

  UniqueFd listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  sockaddr_in address_{};
};

TEST_F(ProbeTest, ALongWaitForNothingIsNoAnswer) {
  // The kernel takes the connection, and nobody looks at it.
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_FALSE(answers(address_, 300ms, kNever));
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 300ms);
}

TEST_F(ProbeTest, AnAnswerIsOneAlsoOnAllAddresses) {
  const std::jthread server([this] {
    const UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    std::array<char, 500> request{};
    EXPECT_GT(::recv(client.get(), request.data(), request.size(), 0), 0);
    ::send(client.get(), "H", 1, MSG_NOSIGNAL);
  });
  address_.sin_addr.s_addr = htonl(INADDR_ANY);
  EXPECT_TRUE(answers(address_, 20s, kNever));
}

TEST_F(ProbeTest, ToBeHungUpOnIsAnAnswer) {
  const std::jthread server(
      [this] { const UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC)); });
  EXPECT_TRUE(answers(address_, 20s, kNever));
}

TEST_F(ProbeTest, WhatOthersGetIsEnough) {
  int asked = 0;
  EXPECT_TRUE(answers(address_, 20s, [&] { return ++asked > 2; }));
}

TEST_F(ProbeTest, WhereNobodyListensNobodyAnswers) {
  { const UniqueFd closed = std::move(listener_); }
  EXPECT_FALSE(answers(address_, 5s, kNever));
}

}  // namespace
}  // namespace glusterfs_exporter::web
