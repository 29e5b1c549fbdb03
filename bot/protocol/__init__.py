"""What our processes say to each other, typed once: gateway, dialogue and actions import these shapes and check nothing by hand."""
