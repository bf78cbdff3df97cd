#include "runtime/io/byte_queue.hpp"

#include <gtest/gtest.h>

#include "tests/support/allocations.hpp"

namespace {

using aio::detail::ByteQueue;

TEST(ByteQueue, gives_its_bytes_in_order_however_they_are_cut) {
    ByteQueue queue;
    EXPECT_TRUE(queue.empty());
    queue.append("abc");
    queue.append("");
    queue.append("defg");
    EXPECT_EQ(queue.size(), 7u);
    EXPECT_EQ(queue.take(2), "ab");
    queue.drop(1);
    EXPECT_EQ(queue.view(), "defg");
    queue.append("h");
    EXPECT_EQ(queue.take(100), "defgh");
    EXPECT_TRUE(queue.empty());
    EXPECT_EQ(queue.take(5), "");
    EXPECT_EQ(queue.view(), "");
}

TEST(ByteQueue, owns_nothing_when_it_is_empty) {
    static_assert(sizeof(ByteQueue) == sizeof(void*));
    ByteQueue queue;
    queue.append("");
    EXPECT_TRUE(queue.empty());
    queue.append("abc");
    queue.drop(3);
    EXPECT_TRUE(queue.empty());
    queue.append("abc");
    EXPECT_EQ(queue.take(3), "abc");
    EXPECT_TRUE(queue.empty());
}

TEST(ByteQueue, that_is_never_empty_does_not_grow_for_ever) {
    ByteQueue queue;
    queue.append("x");
    const std::size_t before = aio::test::allocations();
    for (int i = 0; i < 100'000; ++i) {
        queue.append("0123456789");
        queue.drop(10);
        ASSERT_EQ(queue.size(), 1u);
    }
    EXPECT_LE(aio::test::allocations() - before, 2u);  // it gets room for a few pieces, once
}

}  // namespace
