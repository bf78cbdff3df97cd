#include "runtime/reactor/ref.hpp"

#include <gtest/gtest.h>

#include "tests/support/counted.hpp"

namespace {

using aio::Ref;
using aio::test::Counted;

struct Shared : aio::RefCounted<Shared>, Counted {
    virtual ~Shared() = default;
};

TEST(Ref, destroys_the_object_with_the_last_one) {
    Counted::reset();
    {
        Ref<Shared> first(new Shared);
        {
            const Ref<Shared> second = first;
            first = nullptr;
            EXPECT_EQ(Counted::alive(), 1);
        }
        EXPECT_EQ(Counted::alive(), 0);
    }
    EXPECT_EQ(Counted::destroyed, 1);
}

TEST(Ref, moves_without_counting) {
    Counted::reset();
    Ref<Shared> first(new Shared);
    const Ref<Shared> second = std::move(first);
    EXPECT_FALSE(first);
    EXPECT_TRUE(second);
    EXPECT_EQ(Counted::alive(), 1);
}

TEST(Ref, survives_being_assigned_to_itself) {
    Counted::reset();
    Ref<Shared> one(new Shared);
    const Ref<Shared>& same = one;
    one = same;
    EXPECT_EQ(Counted::alive(), 1);
}

}  // namespace
