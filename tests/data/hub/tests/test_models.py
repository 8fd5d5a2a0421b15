from hub import pull


def test_pull(fake):
    assert fake.pulled == ["qwen2.5-coder:7b-q4_0", "mistral:latest"]
    assert fake.time == "12:30"
