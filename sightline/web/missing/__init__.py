"""Children who are missing, who came back, and whom somebody spoke with."""
